"""Which uploaded files become tables, by the ends of their names; their content decides how they are read."""

from __future__ import annotations

KINDS = {
    "XLSX": (".xlsx", ".xlsm"),
    "XLS": (".xls",),
    "ODS": (".ods",),
    "CSV": (".csv",),
    "TSV": (".tsv", ".tab"),
    "JSON": (".json",),
    "NDJSON": (".ndjson", ".jsonl", ".ldjson"),
    "GeoJSON": (".geojson",),
    "Parquet": (".parquet",),
}
_NAMES = {extension: name for name, extensions in KINDS.items() for extension in extensions}


def name_of(extension: str) -> str | None:
    """The format of files whose names end so (".xlsx"); None for files that do not become tables."""
    return _NAMES.get(extension.lower())
