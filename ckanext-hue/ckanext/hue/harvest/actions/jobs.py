"""Actions on harvest jobs: what they did, and what people do with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.hue.harvest import jobs, left_out, reports, worker
from ckanext.hue.tables.uploads import report

from . import schemas
from .refusals import refused_at, source_named
from .shapes import job_dict


@validate(schemas.named)
def hue_harvest_run(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Harvest a source now. While a harvest of it is not over, that one is shown.

    :param name: the source's name
    :returns: as `hue_harvest_show`
    :raises: ObjectNotFound, ValidationError on `name` when the source is paused
    """
    tk.check_access("hue_harvest_run", context, dict(data_dict))
    source = source_named(data_dict["name"])
    with refused_at("name"):
        job_id = jobs.create(source)
    worker.wake_if_possible(1)
    return _shown(job_id)


@validate(schemas.numbered)
def hue_harvest_cancel(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End a harvest that is not over. What it published stays.

    :param id: the job's id
    :returns: as `hue_harvest_show`
    :raises: ObjectNotFound, ValidationError on `id` when it is over
    """
    tk.check_access("hue_harvest_cancel", context, dict(data_dict))
    return _done(data_dict["id"], jobs.cancel)


@validate(schemas.numbered)
def hue_harvest_retry(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let the failed tables of a source's newest harvest be tried again.

    :param id: the job's id
    :returns: as `hue_harvest_show`
    :raises: ObjectNotFound, ValidationError on `id` when there is nothing to try again
    """
    tk.check_access("hue_harvest_retry", context, dict(data_dict))
    return _done(data_dict["id"], jobs.retry)


@validate(schemas.decided)
def hue_harvest_approve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Agree to what waits for approval: withdraw the tables that vanished from the source in numbers, and
    publish those with columns that look like personal data. These columns are not asked about again.

    :param id: the job's id
    :param what: `withdrawals`, `personal` or `all`, default: `all`
    :param remote_id: one table alone, by its id at the source
    :returns: as `hue_harvest_show`
    :raises: ObjectNotFound, ValidationError on `id` when nothing waits for approval
    """
    tk.check_access("hue_harvest_approve", context, dict(data_dict))
    return _done(data_dict["id"], _decided(jobs.approve, context, data_dict))


@validate(schemas.decided)
def hue_harvest_reject(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep the datasets of what waits for approval as they are. Tables with columns that look like personal
    data stay out until their content changes.

    :param id: the job's id
    :param what: `withdrawals`, `personal` or `all`, default: `all`
    :param remote_id: one table alone, by its id at the source
    :returns: as `hue_harvest_show`
    :raises: ObjectNotFound, ValidationError on `id` when nothing waits for approval
    """
    tk.check_access("hue_harvest_reject", context, dict(data_dict))
    return _done(data_dict["id"], _decided(jobs.reject, context, data_dict))


def _decided(what: Callable[..., Any], context: Context, data_dict: DataDict) -> Callable[[str], Any]:
    chosen = {"what": data_dict.get("what") or jobs.ALL, "remote_id": data_dict.get("remote_id") or ""}
    return partial(what, by=str(context.get("user") or ""), **chosen)


def _done(job_id: str, what: Callable[[str], Any]) -> dict[str, Any]:
    with refused_at("id"):
        reports.status(job_id)
        what(job_id)
    worker.wake_if_possible()
    return _shown(job_id)


def _shown(job_id: str) -> dict[str, Any]:
    with refused_at("id"):
        return job_dict(reports.status(job_id))


@tk.side_effect_free
@validate(schemas.numbered)
def hue_harvest_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show how a harvest stands.

    :param id: the job's id
    :type id: string

    :returns: `id`, `source_name`, `source_title`, `state` (`queued`, `planning`, `running`, `finished`,
        `failed`, `cancelled`), `over`, `succeeded`, `origin` (`manual`, `schedule`), `message` (Vietnamese),
        counts of tables: `listed` (null until the listing was read), `unchanged`, `planned`, `waiting`,
        `done`, `failed`, `closed`, `gone`, `held`, `held_personal` (of these, with columns that look like
        personal data), `rejected`; `rows`, `quarantined`, `rows_per_second` (null while nothing was loaded),
        `seconds`; `created`, `started`, `finished` (ISO 8601)
    :rtype: dictionary

    :raises: ObjectNotFound
    """
    tk.check_access("hue_harvest_show", context, dict(data_dict))
    return _shown(data_dict["id"])


@tk.side_effect_free
@validate(schemas.jobs_of_source)
def hue_harvest_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the harvests of a source, newest first.

    :param name: the source's name
    :param limit: at most 1,000, default: 100
    :param offset: how many to leave out, default: 0

    :returns: `total` and `harvests`, each as `hue_harvest_show`
    :rtype: dictionary

    :raises: ObjectNotFound
    """
    tk.check_access("hue_harvest_list", context, dict(data_dict))
    source = source_named(data_dict["name"])
    found = reports.history(source.id, data_dict["limit"], data_dict["offset"])
    return {"total": reports.number_of(source.id), "harvests": [job_dict(status) for status in found]}


@tk.side_effect_free
@validate(schemas.report)
def hue_harvest_report(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Tell what a harvest did, table by table, in the order of the source's listing. Unchanged tables that
    the listing told to be unchanged are counted, not listed.

    :param id: the job's id
    :param state: only tables of this state: `waiting`, `done`, `unchanged`, `failed`, `held`, `rejected`
    :param limit: at most 1,000, default: 100
    :param offset: how many to leave out, default: 0

    :returns: `total` (of the state), `states` (counts by state) and `tables`: `remote_id`, `title`, `action`
        (`new`, `changed`, `closed`, `withdraw`, `archive`), `state`, `message` (Vietnamese), `rows`,
        `quarantined` (rows left out), `dataset` (name) and `dataset_id`
    :rtype: dictionary

    :raises: ObjectNotFound
    """
    tk.check_access("hue_harvest_report", context, dict(data_dict))
    job_id, state = data_dict["id"], data_dict.get("state")
    with refused_at("id"):
        reports.status(job_id)
    states = reports.counts(job_id)
    lines = reports.report(
        job_id, states=(state,) if state else (), limit=data_dict["limit"], offset=data_dict["offset"]
    )
    return {
        "total": states.get(state, 0) if state else sum(states.values()),
        "states": states,
        "tables": [asdict(line) for line in lines],
    }


@tk.side_effect_free
@validate(schemas.quarantine)
def hue_harvest_quarantine(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show the rows that a harvest left out of one table. Only those of the newest loads are kept.

    :param id: the job's id
    :param remote_id: the table's id at its source
    :param resource_id: the list, where the table has several with such rows; default: the first of them
    :param limit: at most 1,000 values, default: 100
    :param offset: how many to leave out, default: 0

    :returns: `quarantined` (rows in all), `lists` (`resource_id`, `name`, `version`, `values` of each), and
        of the list asked for `total` and `values`: `row` (its number), `column`, `value`, `reason` (in
        Vietnamese) and `record` (the whole row)
    :rtype: dictionary

    :raises: ObjectNotFound when the harvest did not deal with the table, or there is no such list
    """
    tk.check_access("hue_harvest_quarantine", context, {"id": data_dict["id"]})
    table = left_out.of_table(data_dict["id"], data_dict["remote_id"])
    if table is None:
        raise tk.ObjectNotFound(tk._("The harvest did not deal with this table."))
    asked = data_dict.get("resource_id")
    chosen = [each for each in table.lists if asked in (None, each.resource_id)]
    if asked and not chosen:
        raise tk.ObjectNotFound(tk._("No rows were left out."))
    values = [
        report.bad_rows(each.resource_id, each.version, data_dict["limit"], data_dict["offset"])
        for each in chosen[:1]
    ]
    return {
        "quarantined": table.quarantined,
        "lists": [asdict(each) for each in table.lists],
        "total": chosen[0].values if chosen else 0,
        "values": [asdict(bad) for rows in values for bad in rows],
    }
