"""Actions that tell of sources."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.hue.harvest import checking
from ckanext.hue.harvest.overview import overview, overviews
from ckanext.hue.harvesters.kinds import KINDS

from . import schemas
from .refusals import refused_at, source_named
from .shapes import source_dict

CHECK_SECONDS = 60


@tk.side_effect_free
@validate(schemas.listed)
def hue_source_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """List the harvest sources: all of them for system administrators, else those of one's agencies.

    :param organization: only those of this agency (id or name)
    :type organization: string, optional

    :returns: sources as `hue_source_show` gives them, by title
    :rtype: list of dictionaries
    """
    tk.check_access("hue_source_list", context, dict(data_dict))
    owners = visible_owners(context.get("user"), data_dict.get("organization"))
    return [source_dict(found) for found in overviews(owners)]


@tk.side_effect_free
@validate(schemas.named)
def hue_source_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show a harvest source, without its access token and other secrets.

    :param name: the source's name
    :type name: string

    :returns: `name`, `title`, `kind`, `kind_title`, `url`, `token_set` (whether there is a token),
        `allow_private_host`, `number_format`, `settings` (of its kind), `secrets_set` (names of secret
        settings that have a value), `owner_org` (id), `organization` (`id`, `name`, `title` or null),
        `email`, `every_minutes` (null: only by hand), `next_run`, `paused`, `grace_days`, `bad_row_percent`,
        `accept_drift`, `keep_fields`, `vouched_by`, `vouched_at`, `tables` (counts by state: `active`,
        `withdrawn`, `archived`, `closed`) and `last_harvest` (as `hue_harvest_show`, or null)
    :rtype: dictionary

    :raises: ObjectNotFound
    """
    tk.check_access("hue_source_show", context, dict(data_dict))
    return source_dict(overview(source_named(data_dict["name"])))


@tk.side_effect_free
@validate(schemas.nothing)
def hue_source_kinds(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """List the kinds of source that can be added, with the settings that each declares.

    :returns: objects of `kind`, `title` and `settings`: `name`, `label`, `help`, `type` (`text`, `secret`,
        `choice`, `flag`, `list` or `mapping`), `choices`, `required`
    :rtype: list of dictionaries
    """
    tk.check_access("hue_source_kinds", context, {})
    return [
        {"kind": kind.kind, "title": kind.title, "settings": [asdict(setting) for setting in kind.settings]}
        for kind in KINDS.values()
    ]


@validate(schemas.named)
def hue_source_check(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Tell what a harvest of this source would do now: reads its listing and one table, writes nothing.

    It asks the source, so it must be called by POST. It is given up after a minute.

    :param name: the source's name
    :type name: string

    :returns: `listed`, `unchanged`, `actions` (tables by action: `new`, `changed`, `closed`, `withdraw`,
        `archive`), `held` (would wait for approval), `examples` (`action`, `remote_id`, `title`) and `sample`
        (`title`, `columns`, `rows` and `problem` of the first open table; null when none is open)
    :rtype: dictionary

    :raises: ObjectNotFound, ValidationError on `name` when the source cannot be read (in Vietnamese)
    """
    tk.check_access("hue_source_check", context, dict(data_dict))
    source = source_named(data_dict["name"])
    with refused_at("name"):
        findings = checking.check(source, CHECK_SECONDS)
    plan, sample = findings.plan, findings.sample
    return {
        "listed": plan.listed,
        "unchanged": plan.unchanged,
        "actions": plan.actions,
        "held": plan.held,
        "examples": [
            {"action": action, "remote_id": remote_id, "title": title}
            for action, remote_id, title in plan.examples
        ],
        "sample": asdict(sample) if sample else None,
    }


def visible_owners(user: str | None, organization: str | None = None) -> set[str] | None:
    """The agencies (ids) whose sources this person may list, or the one asked for; None: all sources."""
    if organization:
        return {tk.get_action("organization_show")({"ignore_auth": True}, {"id": organization})["id"]}
    if authz.is_sysadmin(user):
        return None
    mine = tk.get_action("organization_list_for_user")({"user": user or ""}, {"permission": "admin"})
    return {agency["id"] for agency in mine}
