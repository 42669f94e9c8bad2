"""The form of a source: its fields, as the source's kind declares them, and what was written into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.harvesters.base import Setting, Source

from .actions.schemas import keepable
from .actions.shapes import without_secrets

# How a declared setting is asked for.
_WIDGETS = {"list": "lines", "mapping": "pairs"}
ON = "true"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `type` is text, url, email, number, secret, choice, flag, flags, lines or pairs."""

    name: str
    label: str
    help: str = ""
    type: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    is_set: bool = False  # of a secret: whether it has a value, which is never shown


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading; those of an `optional` one are folded while none of them is used."""

    title: str
    fields: tuple[Field, ...]
    optional: bool = False

    def in_use(self, texts: Mapping[str, Any], errors: Mapping[str, Any]) -> bool:
        """Whether any of the fields is filled or wrong."""
        names = [field.name for field in self.fields]
        return any(texts.get(name) or name in errors for name in names) or any(
            field.is_set for field in self.fields
        )


def sections(
    kind: type[Source], before: HarvestSource | None, agencies: list[tuple[str, str]]
) -> list[Section]:
    """The form for a source of this kind: a new one, or the one that was there `before`."""
    own = tuple(_of_setting(setting, before) for setting in kind.settings)
    optional = not any(setting.required for setting in kind.settings)
    return [
        Section(tk._("Source"), _identity(before) + _reach(before)),
        *([Section(tk._("Settings of this kind of source"), own, optional=optional)] if own else []),
        Section(tk._("Schedule and people in charge"), _schedule(agencies)),
        Section(tk._("Rules"), _rules()),
        *([] if before else [Section(tk._("Pledge"), (_pledge(),))]),
    ]


def _identity(before: HarvestSource | None) -> tuple[Field, ...]:
    title = Field("title", tk._("Title"), tk._("How people call the source."))
    if before:
        return (title,)
    help_ = tk._("Lower-case letters without accents, digits and hyphens. It can never be changed.")
    return (Field("name", tk._("Name in addresses"), help_, required=True), title)


def _reach(before: HarvestSource | None) -> tuple[Field, ...]:
    has_token = bool(before and before.token)
    keep, none = tk._("Leave it empty to keep the present one."), tk._("Leave it empty if there is none.")
    label = tk._("Access token or password")
    token = Field("token", label, keep if has_token else none, "secret", is_set=has_token)
    remove = Field("remove_token", tk._("Remove the present access token"), type="flag")
    return (
        Field("url", tk._("Address"), type="url", required=True),
        token,
        *((remove,) if has_token else ()),
        Field(
            "allow_private_host",
            tk._("Its server may be in the internal network"),
            tk._("Only for a server that you trust: the portal then connects to this private address."),
            "flag",
        ),
    )


def _schedule(agencies: list[tuple[str, str]]) -> tuple[Field, ...]:
    return (
        Field(
            "every_minutes",
            tk._("Harvest every … minutes"),
            tk._("60 is every hour, 1440 every day, 10080 every week. Empty: only by hand."),
            "number",
        ),
        Field(
            "owner_org",
            tk._("Agency in charge"),
            tk._("Its administrators see the source and steer its harvests."),
            "choice",
            (("", tk._("None")), *agencies),
        ),
        Field("email", tk._("E-mail address for failures"), tk._("Empty: nobody is told."), "email"),
    )


def _rules() -> tuple[Field, ...]:
    formats = (("", tk._("Not known")), ("vi", "1.234,5"), ("en", "1,234.5"))
    return (
        Field("number_format", tk._("How the source writes numbers"), type="choice", choices=formats),
        Field(
            "grace_days",
            tk._("Days that a vanished dataset stays"),
            tk._("Then it is archived."),
            "number",
            required=True,
        ),
        Field(
            "bad_row_percent",
            tk._("Rows with errors that may be left out (percent)"),
            tk._("A table with more of them is refused. Empty: the usual share."),
            "text",
        ),
        Field(
            "accept_drift",
            tk._("Accept tables whose columns vanish or change their type"),
            type="flag",
        ),
        Field(
            "keep_fields",
            tk._("Fields that people edit and no harvest changes"),
            type="flags",
            choices=tuple(keepable()),
        ),
    )


def _pledge() -> Field:
    label = tk._("I pledge that the open tables of this source hold no personal data")
    return Field("no_personal_data", label, type="flag", required=True)


def _of_setting(setting: Setting, before: HarvestSource | None) -> Field:
    is_set = setting.type == "secret" and before is not None and bool(before.settings.get(setting.name))
    choices = (("", ""), *((each, each) for each in setting.choices)) if setting.type == "choice" else ()
    return Field(
        f"settings.{setting.name}",
        tk._(setting.label),
        tk._(setting.help) if setting.help else "",
        _WIDGETS.get(setting.type, setting.type),
        choices,
        setting.required and not is_set,
        is_set,
    )


def filled(before: HarvestSource | None) -> dict[str, Any]:
    """What the form shows at first: text by field's name; a list of chosen values for `flags`."""
    if before is None:
        return {"grace_days": "7"}
    shown: dict[str, Any] = {
        "title": before.title,
        "url": before.url,
        "allow_private_host": ON if before.allow_private_host else "",
        "number_format": before.number_format,
        "owner_org": before.owner_org or "",
        "email": before.email,
        "every_minutes": _or_empty(before.every_minutes),
        "grace_days": str(before.grace_days),
        "bad_row_percent": _or_empty(before.bad_row_percent),
        "accept_drift": ON if before.accept_drift else "",
        "keep_fields": before.keep_fields,
    }
    return shown | {f"settings.{name}": _as_text(value) for name, value in without_secrets(before).items()}


def _or_empty(value: Any) -> str:
    return "" if value is None else str(value)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return ON if value else ""
    if isinstance(value, dict):
        return "\n".join(f"{name} = {each}" for name, each in value.items())
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def written(form: MultiDict[str, str], shown: list[Section]) -> dict[str, Any]:
    """What a person wrote into the fields, to be shown again as it is."""
    fields = [field for section in shown for field in section.fields]
    return {
        field.name: form.getlist(field.name) if field.type == "flags" else form.get(field.name, "")
        for field in fields
    }


def values(texts: Mapping[str, Any], shown: list[Section]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The parameters of `hue_source_create` and `hue_source_update`, and errors by field."""
    given: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for field in (field for section in shown for field in section.fields):
        text = texts[field.name]
        if field.type == "secret" and not text:
            continue  # unchanged
        name = field.name.removeprefix("settings.")
        target = given if name == field.name else settings
        target[name], error = _read(field, text)
        if error:
            errors[field.name] = [error]
    if given.pop("remove_token", False) and "token" not in given:
        given["token"] = ""
    return given | {"settings": settings}, errors


def _read(field: Field, text: Any) -> tuple[Any, str]:
    if field.type == "flag":
        return text == ON, ""
    if field.type == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()], ""
    if field.type == "pairs":
        return _pairs(text)
    return text, ""


def _pairs(text: str) -> tuple[dict[str, str], str]:
    """One `name = value` a line."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, sign, value = line.partition("=")
        if line.strip() and not (sign and name.strip() and value.strip()):
            return {}, tk._("Line {n} must read: name = value").format(n=number)
        if line.strip():
            found[name.strip()] = value.strip()
    return found, ""
