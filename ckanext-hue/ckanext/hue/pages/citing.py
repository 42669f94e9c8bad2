"""How a dataset is cited: as a sentence, as BibTeX and as RIS."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.slug import slugify_vi

from . import values

Dataset = Mapping[str, Any]
MAX_KEY = 60

_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "%": r"\%",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "$": r"\$",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Style:
    """A file format of citations: its name for people, its extension, its media type, how it is written."""

    label: str
    extension: str
    media_type: str
    write: Callable[[Dataset], str]


def sentence(dataset: Dataset) -> str:
    """Who, what, where, when, and the address that never changes."""
    changed = values.day(dataset.get("modified") or dataset.get("metadata_modified"))
    said = [_agency(dataset), _title(dataset), ", ".join(filter(None, (config.site_title(), changed)))]
    return " ".join(f"{part}." for part in said if part) + f" {addresses.dataset(dataset['id'])}"


def bibtex(dataset: Dataset) -> str:
    """An entry of type `misc`, which every version of BibTeX knows."""
    day = _day(dataset)
    fields = {
        "author": f"{{{_agency(dataset).translate(_BIBTEX)}}}" if _agency(dataset) else "",
        "title": f"{{{_title(dataset).translate(_BIBTEX)}}}",
        "howpublished": config.site_title().translate(_BIBTEX),
        "year": day[:4],
        "note": f"Cập nhật {values.day(day)}" if day else "",
        "url": addresses.dataset(dataset["id"]),
    }
    lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
    key = slugify_vi(dataset.get("name") or "", MAX_KEY)
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def ris(dataset: Dataset) -> str:
    """An entry of type DATA; lines end as the format's description wants it."""
    day = _day(dataset)
    tags = [
        ("TY", "DATA"),
        ("AU", _agency(dataset)),
        ("TI", _title(dataset)),
        ("PB", config.site_title()),
        ("PY", day[:4]),
        ("DA", day.replace("-", "/")),
        *(("KW", _line(tag["name"])) for tag in dataset.get("tags") or ()),
        ("UR", addresses.dataset(dataset["id"])),
        ("Y2", date.today().strftime("%Y/%m/%d")),
        ("ER", ""),
    ]
    return "".join(f"{name}  - {text}\r\n" for name, text in tags if text or name == "ER")


STYLES = {
    "bib": Style("BibTeX", "bib", "application/x-bibtex", bibtex),
    "ris": Style("RIS", "ris", "application/x-research-info-systems", ris),
}


def _title(dataset: Dataset) -> str:
    return _line(dataset.get("title") or dataset["name"])


def _agency(dataset: Dataset) -> str:
    organization = dataset.get("organization") or {}
    return _line(organization.get("title") or organization.get("name") or "")


def _day(dataset: Dataset) -> str:
    """The day of the last change as ISO 8601 writes it."""
    return str(dataset.get("modified") or dataset.get("metadata_modified") or "")[:10]


def _line(text: str) -> str:
    """Text on one line: a line break would begin another field."""
    return " ".join(_UNSEEN.sub(" ", text).split())
