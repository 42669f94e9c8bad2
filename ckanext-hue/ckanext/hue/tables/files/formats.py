"""The formats in which a table leaves the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from . import delimited, geojson, json_rows, parquet, xlsx
from .selection import Column, Selection


def _always(_columns: Sequence[Column], _rows: int | None) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    `extension` is without a dot, `label` is what people read. `stream` gives the file's bytes in chunks
    and raises FileError, mostly before the first one; closing it ends what it does in the database.
    `misfit` says in a Vietnamese sentence why rows and columns do not fit the format, or nothing; rows is
    None where their number is not known.
    """

    key: str
    extension: str
    media_type: str
    label: str
    stream: Callable[[Selection], Iterator[bytes]]
    misfit: Callable[[Sequence[Column], int | None], str] = _always

    def fits(self, columns: Sequence[Column], rows: int | None) -> bool:
        return not self.misfit(columns, rows)


_CSV = "text/csv; charset=utf-8"
_ALL = (
    Format("csv", "csv", _CSV, "CSV", delimited.csv),
    Format("csv-bom", "csv", _CSV, "CSV cho Excel (UTF-8 có BOM)", delimited.csv_with_bom),
    Format("tsv", "tsv", "text/tab-separated-values; charset=utf-8", "TSV", delimited.tsv),
    Format(
        "xlsx",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Excel (XLSX)",
        xlsx.xlsx,
        xlsx.misfit,
    ),
    Format("json", "json", "application/json", "JSON", json_rows.json),
    Format("ndjson", "ndjson", "application/x-ndjson", "NDJSON (mỗi dòng một bản ghi)", json_rows.ndjson),
    Format("parquet", "parquet", "application/vnd.apache.parquet", "Parquet", parquet.parquet),
    Format("geojson", "geojson", "application/geo+json", "GeoJSON", geojson.geojson, geojson.misfit),
)
FORMATS: dict[str, Format] = {format.key: format for format in _ALL}
