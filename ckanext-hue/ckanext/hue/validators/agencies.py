"""Agencies: their codes, their parents, how to reach them, the numbers that they give datasets."""

from __future__ import annotations

import re

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.hue.metadata import agencies

from . import kept
from .publication import is_harvested
from .references import is_web_address
from .text import is_blank

MAX_LEVELS = 10  # of agencies above each other
MAX_CONTACTS = 50
_CODE = r"[A-Z][0-9]{2}(?:\.[0-9]{2,3}){0,5}|[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}"
_AGENCY_CODE = re.compile(_CODE)
_DATASET_CODE = re.compile(rf"(?:{_CODE})-[0-9]{{1,8}}")
_EXTENSION = r"(?:máy lẻ|số lẻ|ext\.?|x)\s*[0-9]{1,6}"
_NUMBER = rf"\+?\(?[0-9][0-9 .()-]{{1,22}}[0-9](?:\s*[(,-]?\s*{_EXTENSION}\)?)?"
_PHONES = re.compile(rf"{_NUMBER}(?:\s*[,;/]\s*{_NUMBER})*", re.IGNORECASE)


def hue_agency_code(value: str) -> str:
    """An agency's code under Quyết định 20/2020/QĐ-TTg (H57, H57.12) or of the older form 000.00.14.H57."""
    code = "".join(value.split()).upper()
    if code and not _AGENCY_CODE.fullmatch(code):
        message = tk._(
            '"{value}" is not an agency code. Examples: H57, H57.12, 000.00.14.H57; leave it empty if unknown'
        )
        raise tk.Invalid(message.format(value=value[:100]))
    return code


def hue_creator_code(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """The agency code of whoever made the data; a harvested table names it as its source does."""
    if not is_harvested(data):
        data[key] = hue_agency_code(str(data[key]))


def hue_identifier(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """A dataset's own code: the agency's, a hyphen and a number, or a web address; a harvested one is any."""
    if is_harvested(data) or is_web_address(str(data[key])):
        return
    code = "".join(str(data[key]).split()).upper()
    if not _DATASET_CODE.fullmatch(code):
        message = tk._(
            '"{value}" is not a code of a dataset. Write the agency\'s code, a hyphen and a number, such as '
            "H57.12-0001, or a web address; leave it empty if none was given"
        )
        raise tk.Invalid(message.format(value=str(data[key])[:100]))
    data[key] = code


def hue_phone(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """One or several phone numbers; a wrong one of a harvested table is left out."""
    if _PHONES.fullmatch(str(data[key])):
        return
    if is_harvested(data):
        del data[key]
        raise tk.StopOnError
    message = tk._('"{value}" is not a phone number. Write it as 0234 3123 456, or 0234 3123 456 máy lẻ 12')
    raise tk.Invalid(message.format(value=str(data[key])[:100]))


def hue_reachable(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After all others: each contact that people name can be written to, called or visited."""
    if is_harvested(data):
        return
    stored = kept.stored_parts("contact", context)
    for number in range(MAX_CONTACTS):
        parts = {name: data.get(("contact", number, name)) for name in ("name", "email", "phone", "url")}
        faults = errors.get(("contact", number, "email")) or errors.get(("contact", number, "phone"))
        ways = (parts["email"], parts["phone"], parts["url"])
        unreachable = not is_blank(parts["name"]) and all(is_blank(way) for way in ways)
        if unreachable and not faults and kept.part_of(("contact", number), data) not in stored:
            message = tk._("Give the contact an e-mail address, a phone number or a web site")
            errors.setdefault(("contact", number, "email"), []).append(message)


def hue_agency_parent(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """The agency above, given by id or name and stored as id. No agency is above itself, however far up."""
    parent = model.Group.get(str(data[key]).strip())
    if parent is None or not parent.is_organization or parent.state != "active":
        raise tk.Invalid(tk._('There is no agency "{value}"').format(value=str(data[key])[:100]))
    own = context.get("group")
    above: model.Group | None = parent
    for _ in range(MAX_LEVELS):
        if above is None:
            data[key] = parent.id
            return
        if own is not None and above.id == own.id:
            raise tk.Invalid(tk._("This agency would be above itself. Choose another parent agency"))
        above = _parent_of(above)
    raise tk.Invalid(tk._("At most {limit} agencies can be above each other").format(limit=MAX_LEVELS))


def _parent_of(agency: model.Group) -> model.Group | None:
    return model.Group.get(agencies.said_of(agency.id).get("parent"))
