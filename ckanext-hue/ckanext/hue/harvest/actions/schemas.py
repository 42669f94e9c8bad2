"""What the actions take, and what they refuse of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic.validators import email_pattern
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey, Schema, ValidatorFactory

from ckanext.hue.harvest.jobs import HELD
from ckanext.hue.harvest.sources import (
    MAX_EVERY_MINUTES,
    MAX_GRACE_DAYS,
    MOST_BAD_ROW_PERCENT,
    OWNED,
)
from ckanext.hue.harvest.states import ITEM_STATES

MAX_NAME = 100
MAX_TITLE = 500
MAX_ADDRESS = 2_000
MAX_REMOTE_ID = 500
MAX_JSON = 1_000_000  # characters of a parameter that is JSON
MAX_PAGE = 1_000  # jobs, tables or rows of one answer
MAX_OFFSET = 10_000_000
NUMBER_FORMATS = ("", "vi", "en")
# A dataset's name never changes; its pledge is the one that was given for the source.
_NEVER_KEPT = frozenset({"name", "no_personal_data"})


def named() -> Schema:
    return _schema(name=_required(_text(MAX_NAME)))


def numbered() -> Schema:
    return _schema(id=_required(_job_id))


def decided() -> Schema:
    return _schema(
        id=_required(_job_id),
        what=[_if_given, _one_of(HELD)],
        remote_id=[_if_given, _text(MAX_REMOTE_ID)],
    )


def nothing() -> Schema:
    return _schema()


def listed() -> Schema:
    return _schema(organization=[_if_given, _text(MAX_NAME)])


def jobs_of_source() -> Schema:
    return _schema(name=_required(_text(MAX_NAME)), **_paged())


def report() -> Schema:
    return _schema(id=_required(_job_id), state=[_if_given, _one_of(tuple(ITEM_STATES))], **_paged())


def quarantine() -> Schema:
    return _schema(
        id=_required(_job_id),
        remote_id=_required(_text(MAX_REMOTE_ID)),
        resource_id=[_if_given, _text(MAX_NAME)],
        **_paged(),
    )


def created() -> Schema:
    return _schema(
        name=_required(_text(MAX_NAME)),
        kind=_required(_text(MAX_NAME)),
        no_personal_data=[_pledge],
        **_settings() | {"url": _required(_text(MAX_ADDRESS))},
    )


def updated() -> Schema:
    return _schema(name=_required(_text(MAX_NAME)), **_settings())


def _settings() -> dict[str, list[Any]]:
    flag = [_if_given, _flag]
    fields: dict[str, list[Any]] = {
        "title": [_text(MAX_TITLE)],
        "url": [_filled, _text(MAX_ADDRESS)],
        "token": [_text(MAX_ADDRESS)],
        "allow_private_host": flag[1:],
        "number_format": [_one_of(NUMBER_FORMATS)],
        "settings": [_object],
        "owner_org": [_organization],
        "email": [_email],
        "every_minutes": [_whole(1, MAX_EVERY_MINUTES)],
        "grace_days": [_filled, _whole(0, MAX_GRACE_DAYS)],
        "bad_row_percent": [_percent],
        "accept_drift": flag[1:],
        "keep_fields": [_fields],
    }
    return {name: [_if_given, *checks] for name, checks in fields.items()}


def _paged() -> dict[str, list[Any]]:
    default = cast(ValidatorFactory, tk.get_validator("default"))
    return {
        "limit": [default(100), _filled, _whole(0, MAX_PAGE)],
        "offset": [default(0), _filled, _whole(0, MAX_OFFSET)],
    }


def _schema(**fields: list[Any]) -> Schema:
    return cast(Schema, {**fields, "__extras": [_nothing_else], "__junk": [_nothing_else]})


def _required(check: Callable[[Any], Any]) -> list[Any]:
    return [tk.get_validator("not_missing"), tk.get_validator("not_empty"), check]


def _if_given(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    if data.get(key, tk.missing) is tk.missing:
        data.pop(key, None)
        raise tk.StopOnError


def _filled(value: Any) -> Any:
    if value in (None, ""):
        raise tk.Invalid(tk._("Missing value"))
    return value


def _text(most: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str) or not value.isprintable():
            raise tk.Invalid("Phải là văn bản một dòng, không có ký tự điều khiển.")
        if len(value) > most:
            raise tk.Invalid(f"Dài hơn {most} ký tự; hãy rút gọn.")
        return value.strip()

    return check


def _job_id(value: Any) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise tk.Invalid("Mã lần thu thập không hợp lệ.") from None


def _one_of(known: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        value = "" if value is None else value
        if value not in known:
            raise tk.Invalid(f"Phải là một trong: {', '.join(filter(None, known))}.")
        return value

    return check


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise tk.Invalid("Phải là true hoặc false.")


def _pledge(value: Any) -> bool:
    if value is True or value == "true":
        return True
    raise tk.Invalid("Phải cam kết các bảng mở của nguồn không chứa dữ liệu cá nhân.")


def _whole(least: int, most: int) -> Callable[[Any], int | None]:
    def check(value: Any) -> int | None:
        if value in (None, ""):
            return None
        text = str(value).strip()
        if isinstance(value, (bool, float)) or not (text.isascii() and text.isdigit() and len(text) < 10):
            raise tk.Invalid(f"Phải là số nguyên từ {least} đến {most}.")
        if not least <= int(text) <= most:
            raise tk.Invalid(f"Phải là số nguyên từ {least} đến {most}.")
        return int(text)

    return check


def _percent(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or not 0 <= number <= MOST_BAD_ROW_PERCENT:
        raise tk.Invalid(f"Phải là số từ 0 đến {MOST_BAD_ROW_PERCENT}.")
    return number


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        if len(value) > MAX_JSON:
            raise tk.Invalid(f"Dài hơn {MAX_JSON} ký tự; hãy rút gọn.")
        try:
            value = json.loads(value or "{}")
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, dict):
        raise tk.Invalid("Phải là một đối tượng JSON.")
    return value


def _organization(value: Any) -> str | None:
    """The id of the agency that was given by id or name."""
    if value in (None, ""):
        return None
    found = model.Group.get(value) if isinstance(value, str) and value.isprintable() else None
    if found is None or not found.is_organization or found.state != model.State.ACTIVE:
        raise tk.Invalid("Không có cơ quan này trên cổng.")
    return found.id


def _email(value: Any) -> str:
    text = _text(MAX_TITLE)(value)
    if text and not text.isascii():
        raise tk.Invalid("Địa chỉ thư điện tử chỉ gồm ký tự không dấu.")
    if text and not email_pattern.match(text):
        raise tk.Invalid(tk._("Email {email} is not a valid format").format(email=text))
    return text


def _fields(value: Any) -> list[str]:
    """Names of fields of a dataset that its source does not decide."""
    given = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise tk.Invalid("Phải là danh sách tên trường.")
    names = [name.strip() for name in given if name.strip()]
    if unknown := sorted(set(names) - {name for name, _ in keepable()}):
        raise tk.Invalid(f"Không giữ được trường «{unknown[0][:MAX_NAME]}»: bộ dữ liệu không có trường này.")
    return list(dict.fromkeys(names))


def keepable() -> list[tuple[str, str]]:
    """The fields of a dataset, as (name, label), that people may own although a source gives them."""
    schema = tk.h.scheming_get_dataset_schema("dataset") or {"dataset_fields": []}
    fields = {"groups": tk._("Fields")}
    for field in schema["dataset_fields"]:
        name = "tags" if field["field_name"] == "tag_string" else field["field_name"]
        fields[name] = tk.h.scheming_language_text(field.get("label", name))
    return [(name, label) for name, label in fields.items() if name not in OWNED | _NEVER_KEPT]


def _nothing_else(value: Any) -> None:
    if value:
        raise tk.Invalid(f"Không có tham số nào tên {', '.join(map(str, value))}.")
