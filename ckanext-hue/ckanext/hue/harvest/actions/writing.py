"""Actions that add, change, pause and remove sources."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.hue.harvest import sources, worker
from ckanext.hue.harvest.errors import SourceExists
from ckanext.hue.harvest.overview import overview
from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.harvesters import settings as setting_checks
from ckanext.hue.harvesters.errors import SettingsError
from ckanext.hue.harvesters.kinds import KINDS

from . import schemas
from .refusals import refused_at, source_named
from .shapes import secret_settings, source_dict


@validate(schemas.created)
def hue_source_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Add a harvest source. For system administrators.

    :param name: lower-case letters, digits and hyphens; it never changes
    :param kind: one of `hue_source_kinds`
    :param url: its address
    :param no_personal_data: must be true: a pledge that its open tables hold no personal data
    :param title: default: its name
    :param token: access token or password
    :param allow_private_host: whether its host may have a private address, default: false
    :param settings: object of the settings that its kind declares
    :param number_format: `vi` for 1.234,5, `en` for 1,234.5, default: unknown
    :param owner_org: id or name of the agency whose administrators see and steer it
    :param email: who is told of failures
    :param every_minutes: how often it is harvested, default: only by hand
    :param grace_days: how long a dataset stays that vanished from the source, default: 7
    :param bad_row_percent: share of a table's rows that may be left out, at most 50
    :param accept_drift: whether columns may vanish or change their type, default: false
    :param keep_fields: list of fields of datasets that people own

    :returns: as `hue_source_show`
    :raises: ValidationError by parameter; of a setting as `settings.<name>`
    """
    tk.check_access("hue_source_create", context, dict(data_dict))
    values = _values(data_dict)
    values.pop("no_personal_data")
    if "settings" in values:
        values["settings"] = _without_empty(values["settings"])
    name, kind = values.pop("name"), values.pop("kind")
    if kind not in KINDS:
        raise tk.ValidationError({"kind": [f"Chưa có loại nguồn này. Các loại: {', '.join(KINDS)}."]})
    user = model.User.get(context.get("user"))
    return _written(name, kind, values | {"vouched_by": user.display_name if user else ""}, update=False)


@validate(schemas.updated)
def hue_source_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a harvest source. For system administrators.

    Takes the parameters of `hue_source_create`; those left out stay. `kind` and `name` never change.
    `settings` replaces all settings but the secret ones, which are kept unless they are given.

    :returns: as `hue_source_show`
    :raises: ObjectNotFound, ValidationError by parameter
    """
    tk.check_access("hue_source_update", context, {"name": data_dict["name"]})
    values = _values(data_dict)
    before = source_named(values.pop("name"))
    if "settings" in values:
        kept = {name: before.settings[name] for name in secret_settings(before.kind) & set(before.settings)}
        values["settings"] = _without_empty(kept | values["settings"])
    return _written(before.name, before.kind, {"url": before.url} | values, update=True)


def _values(data_dict: DataDict) -> dict[str, Any]:
    return {name: value for name, value in data_dict.items() if not name.startswith("__")}


def _without_empty(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value not in ("", [], {})}


def _written(name: str, kind: str, values: dict[str, Any], *, update: bool) -> dict[str, Any]:
    _check_settings(kind, values.get("settings", {}))
    with refused_at("name"):
        source = _stored(name, kind, values, update=update)
    return source_dict(overview(source))


def _stored(name: str, kind: str, values: dict[str, Any], *, update: bool) -> HarvestSource:
    try:
        return sources.add(name, kind=kind, update=update, **values)
    except SourceExists as error:
        raise tk.ValidationError({"name": [f"Đã có nguồn «{name}»; hãy chọn tên khác."]}) from error
    except SettingsError as error:
        raise tk.ValidationError({_field_named(kind, error): [str(error)]}) from error


def _check_settings(kind: str, given: dict[str, Any]) -> None:
    """Each setting by itself, so that every error stands with its own."""
    declared = KINDS[kind].settings
    errors: dict[str, list[str]] = {}
    for setting in declared:
        try:
            setting_checks.checked([setting], {n: v for n, v in given.items() if n == setting.name})
        except SettingsError as error:
            errors[f"settings.{setting.name}"] = [str(error)]
    if not errors:
        try:
            setting_checks.checked(declared, given)
        except SettingsError as error:
            errors["settings"] = [str(error)]
    if errors:
        raise tk.ValidationError(dict(errors))


def _field_named(kind: str, error: SettingsError) -> str:
    """The setting that the reader of a source names in its refusal, else its address."""
    named = (setting.name for setting in KINDS[kind].settings if f"«{setting.name}»" in str(error))
    return next((f"settings.{name}" for name in named), "url")


@validate(schemas.named)
def hue_source_delete(context: Context, data_dict: DataDict) -> None:
    """Forget a harvest source with its jobs. For system administrators. Its datasets stay published.

    :param name: the source's name
    :raises: ObjectNotFound
    """
    tk.check_access("hue_source_delete", context, dict(data_dict))
    with refused_at("name"):
        sources.remove(data_dict["name"])


@validate(schemas.named)
def hue_source_pause(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Pause a harvest source: it is not harvested, and a running harvest stops after the batch at hand.

    :param name: the source's name
    :returns: as `hue_source_show`
    :raises: ObjectNotFound
    """
    tk.check_access("hue_source_pause", context, dict(data_dict))
    return _paused(data_dict["name"], paused=True)


@validate(schemas.named)
def hue_source_resume(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let a paused harvest source go on.

    :param name: the source's name
    :returns: as `hue_source_show`
    :raises: ObjectNotFound
    """
    tk.check_access("hue_source_resume", context, dict(data_dict))
    found = _paused(data_dict["name"], paused=False)
    worker.wake_if_possible()
    return found


def _paused(name: str, *, paused: bool) -> dict[str, Any]:
    with refused_at("name"):
        return source_dict(overview(sources.pause(name, paused=paused)))
