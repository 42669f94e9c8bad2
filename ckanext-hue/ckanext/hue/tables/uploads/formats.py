"""Which uploaded files become tables, by the ends of their names; their content decides how they are read."""

from __future__ import annotations

# The first of each kind is the one that people are told of.
KINDS = (
    (".xlsx", ".xlsm"),
    (".xls",),
    (".ods",),
    (".csv",),
    (".tsv", ".tab"),
    (".json",),
    (".ndjson", ".jsonl"),
    (".geojson",),
    (".parquet",),
)
EXTENSIONS = frozenset(extension for kind in KINDS for extension in kind)
NAMES = tuple(kind[0].lstrip(".").upper() for kind in KINDS)
