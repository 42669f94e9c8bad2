"""Errors in data that readers report, to the agencies that can mend them."""
