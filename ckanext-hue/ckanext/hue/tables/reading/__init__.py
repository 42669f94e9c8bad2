"""Readers of files: one module a format, each giving the sheets of a file and their rows in batches."""
