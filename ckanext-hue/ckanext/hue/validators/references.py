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
_AGENCY_CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9]{2,3}){0,5}|[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}")


def hue_url(value: str) -> str:
    """An http or https address."""
    text = value.strip()
    if not _is_web_address(text):
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
    """After scheming_multiple_text: distinct items of text, or addresses where `kind` is `url`."""

    def check(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        items = list(dict.fromkeys(filter(None, (" ".join(item.split()) for item in json.loads(data[key])))))
        if not items:
            del data[key]
            raise tk.StopOnError
        if len(items) > MAX_ITEMS:
            raise tk.Invalid(tk._("Too many entries: at most {limit}").format(limit=MAX_ITEMS))
        checked = [hue_url(item) if kind == "url" else limited(item, MAX_ITEM) for item in items]
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


def hue_agency_code(value: str) -> str:
    """An agency's code under Quyết định 20/2020/QĐ-TTg (H57, H57.12) or of the older form 000.00.14.H57."""
    code = "".join(value.split()).upper()
    if code and not _AGENCY_CODE.fullmatch(code):
        message = tk._(
            '"{value}" is not an agency code. Examples: H57, H57.12, 000.00.14.H57; leave it empty if unknown'
        )
        raise tk.Invalid(message.format(value=value[:100]))
    return code


def _is_web_address(text: str) -> bool:
    if len(text) > MAX_URL or re.search(r"[\s<>\"\\^`{|}]", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
