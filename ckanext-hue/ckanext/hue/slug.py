"""Names for addresses and files made from Vietnamese text: đ becomes d, marks are dropped, no letter is lost.

`assets/slug/vietnamese-slug.js` does the same in forms, letter for letter. A transliterating library would
not: it would also read entities, numerals and other scripts, which the browser cannot repeat.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

from werkzeug.datastructures import FileStorage

MAX_NAME = 100  # CKAN's limits for names of datasets, groups and organizations
MIN_NAME = 2
MAX_FILE_NAME = 100
MAX_EXTENSION = 10
MAX_TAG = 100
FALLBACK = "du-lieu"

# Letters with a stroke have no decomposition. Ð (eth) and Ɖ look like Đ and are typed for it.
_STROKED = str.maketrans("đðɖ", "ddd")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_NOT_IN_FILE_NAME = re.compile(r"[^a-z0-9_.-]+")
_NOT_IN_TAG = re.compile(r"[^\w \-.]+")
_DASHES = re.compile(r"[‐-―−]")


def fold(text: str) -> str:
    """Lower-case `text` without Vietnamese marks; composed (NFC) and decomposed (NFD) text give the same."""
    decomposed = unicodedata.normalize("NFKD", text).lower().translate(_STROKED)
    return "".join(letter for letter in decomposed if not unicodedata.category(letter).startswith("M"))


def slugify_vi(text: str, max_length: int = MAX_NAME) -> str:
    """A name of a-z, 0-9 and single hyphens for `text`, at most `max_length` long, cut between words.

    Never empty and never shorter than CKAN allows: text that leaves nothing (an emoji, another script) is
    named by a digest of itself, so that the same text always has the same name.
    """
    slug = _cut(_NOT_IN_SLUG.sub("-", fold(text)).strip("-"), max_length)
    if len(slug) >= MIN_NAME:
        return slug
    digest = hashlib.sha256(unicodedata.normalize("NFC", text).encode(errors="replace")).hexdigest()[:8]
    return f"{FALLBACK}-{slug or digest}"[:max_length].strip("-")


def with_suffix(slug: str, number: int, max_length: int = MAX_NAME) -> str:
    """`slug-number`, the slug cut between words where the whole would be too long."""
    suffix = f"-{number}"
    return _cut(slug, max_length - len(suffix)) + suffix


def safe_filename_vi(name: str) -> str:
    """A file name of a-z, 0-9, `-`, `_` and `.` for what a person called the file; folders are dropped.

    The extension is kept, the whole at most 100 characters long, never empty and never hidden.
    """
    path = PurePosixPath(fold(name.replace("\\", "/")).strip())
    stem, extension = path.stem, path.suffix
    if not re.fullmatch(rf"\.[a-z0-9]{{1,{MAX_EXTENSION}}}", extension):
        stem, extension = path.name, ""
    stem = re.sub(r"-{2,}", "-", _NOT_IN_FILE_NAME.sub("-", stem)).strip("-_.")
    stem = stem[: MAX_FILE_NAME - len(extension)].rstrip("-_.")
    return f"{stem or slugify_vi(path.stem)}{extension}"


def rename_upload(resource: dict[str, Any]) -> None:
    """Give the file uploaded with `resource` its safe name, before CKAN drops its Vietnamese letters."""
    upload = resource.get("upload")
    if isinstance(upload, FileStorage) and upload.filename:
        upload.filename = safe_filename_vi(upload.filename)


def clean_tag(text: str) -> str:
    """`text` as a tag that CKAN accepts: letters, digits, `-`, `_`, `.`; other signs become blanks.

    Tags have at most 100 characters. The result may be too short for a tag (under two characters).
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFC", text))
    return " ".join(_NOT_IN_TAG.sub(" ", plain).split())[:MAX_TAG].strip()


def _cut(slug: str, length: int) -> str:
    if len(slug) <= length:
        return slug
    head = slug[:length]
    if slug[length] != "-" and "-" in head:
        head = head.rpartition("-")[0]
    return head.rstrip("-")
