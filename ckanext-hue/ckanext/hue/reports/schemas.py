"""What a report may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Schema, ValidatorFactory

from .kinds import CODES

MAX_TEXT = 2_000  # characters
MAX_PLACE = 200
MAX_EMAIL = 200
MAX_ID = 100
MAX_LIMIT = 500
MAX_OFFSET = 1_000_000
STATES = ("new", "done")
# Control characters but tabs and line ends, and halves of surrogate pairs, which PostgreSQL does not take.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def create() -> Schema:
    get = tk.get_validator
    return cast(
        Schema,
        {
            "id": [get("not_missing"), _text(MAX_ID)],
            "kind": [get("not_missing"), _one_of(CODES)],
            "text": [get("not_missing"), _text(MAX_TEXT), get("not_empty")],
            "resource_id": [get("ignore_missing"), _text(MAX_ID)],
            "place": [_default(""), _text(MAX_PLACE), _one_line],
            "email": [_default(""), _text(MAX_EMAIL), _email],
        },
    )


def listed() -> Schema:
    get = tk.get_validator
    number = get("natural_number_validator")
    return cast(
        Schema,
        {
            "id": [get("not_missing"), _text(MAX_ID)],
            "state": [get("ignore_missing"), _one_of(STATES)],
            "limit": [_default(100), number, _at_most(MAX_LIMIT)],
            "offset": [_default(0), number, _at_most(MAX_OFFSET)],
        },
    )


def update() -> Schema:
    get = tk.get_validator
    return cast(
        Schema,
        {
            "id": [get("not_missing"), _text(MAX_ID)],
            "state": [_default("done"), _one_of(STATES)],
            "answer": [_default(""), _text(MAX_TEXT)],
        },
    )


def _default(value: Any) -> Any:
    return cast(ValidatorFactory, tk.get_validator("default"))(value)


def _text(limit: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise tk.Invalid(tk._("Must be text."))
        cleaned = _UNFIT.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if len(cleaned) > limit:
            raise tk.Invalid(
                tk._("At most {limit} characters; these are {length}.").format(
                    limit=tk.h.hue_number(limit), length=tk.h.hue_number(len(cleaned))
                )
            )
        return cleaned

    return check


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _email(value: str) -> str:
    return tk.get_validator("email_validator")(value, {}) if value else value  # pyright: ignore


def _one_of(known: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in known:
            raise tk.Invalid(tk._("Choose one of the answers."))
        return value

    return check


def _at_most(limit: int) -> Callable[[int], int]:
    def check(value: int) -> int:
        if isinstance(value, int) and value > limit:
            raise tk.Invalid(tk._("At most {limit}.").format(limit=tk.h.hue_number(limit)))
        return value

    return check
