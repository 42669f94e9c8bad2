"""Graphs of public datasets, made when a dataset changes and stored in every format."""
