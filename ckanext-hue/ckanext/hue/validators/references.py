"""Whom and what a dataset refers to: web addresses, e-mail, agencies, other datasets."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic.validators import email_validator
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from .publication import is_harvested
from .text import FlatCheck, limited

MAX_ITEMS = 50
MAX_ITEM = 1000
MAX_URL = 2000
LINK_SCHEMES = frozenset({"ftp", "ftps", "http", "https"})
_DOCUMENT = re.compile(r"[0-9]{1,5}/([0-9]{4}/)?[A-ZĐ][A-ZĐƯ0-9]*(-[A-ZĐƯ0-9]+)*")


def hue_url(value: str) -> str:
    """An http or https address."""
    text = value.strip()
    if not is_web_address(text):
        raise tk.Invalid(tk._('"{value}" is not a web address: begin with https://').format(value=text[:100]))
    return text


def hue_address(value: str) -> str:
    """What CKAN links to: an uploaded file's name, or an http, https or ftp address; nothing that runs."""
    text = value.strip()
    scheme, colon, _ = text.partition("/")[0].partition(":")
    if colon and scheme.lower() not in LINK_SCHEMES:
        raise tk.Invalid(tk._('"{value}" is not a web address: begin with https://').format(value=text[:100]))
    return limited(text, MAX_URL)


def hue_email(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """An e-mail address; a wrong one of a harvested table is left out rather than the table refused."""
    try:
        data[key] = email_validator(str(data[key]).strip(), context)
    except tk.Invalid:
        if not is_harvested(data):
            raise
        del data[key]
        raise tk.StopOnError from None


def hue_items(kind: str) -> FlatCheck:
    """After scheming_multiple_text: distinct items of a kind.

    `text` is any; `url` are web addresses; `legislation` are web addresses or texts with a document's number.
    """

    def check(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        items = list(dict.fromkeys(filter(None, (" ".join(item.split()) for item in json.loads(data[key])))))
        if not items:
            del data[key]
            raise tk.StopOnError
        if len(items) > MAX_ITEMS:
            raise tk.Invalid(tk._("Too many entries: at most {limit}").format(limit=MAX_ITEMS))
        checked = [hue_url(item) if kind == "url" else limited(item, MAX_ITEM) for item in items]
        if kind == "legislation" and not is_harvested(data):
            _check_documents(checked)
        data[key] = json.dumps(checked, ensure_ascii=False)

    return check


def hue_dataset_ids(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """After hue_items: datasets named by id or name, stored as ids."""
    given = json.loads(data[key])
    known = model.Session.query(model.Package.id, model.Package.name).filter(
        model.Package.state == "active",
        model.Package.id.in_(given) | model.Package.name.in_(given),
    )
    ids = {text: row.id for row in known for text in (row.id, row.name)}
    for text in given:
        if text not in ids:
            raise tk.Invalid(tk._('There is no dataset "{value}"').format(value=text[:100]))
    data[key] = json.dumps(list(dict.fromkeys(ids[text] for text in given)))


def _check_documents(items: list[str]) -> None:
    """Legal documents are found by their number, such as 47/2020/NĐ-CP or 60/2024/QH15."""
    for item in items:
        if not is_web_address(item) and not _DOCUMENT.search(item.upper()):
            message = tk._(
                '"{value}" has no number of a document. Write it as in "Nghị định số 47/2020/NĐ-CP", '
                "or give the document's web address"
            )
            raise tk.Invalid(message.format(value=item[:100]))


def is_web_address(text: str) -> bool:
    if len(text) > MAX_URL or re.search(r"[\s<>\"\\^`{|}]", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
