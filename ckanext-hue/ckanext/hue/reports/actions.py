"""Actions about reports of errors in data (docs/api.md)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import flask
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from . import records, schemas


@validate(schemas.create)
def hue_report_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Report an error in a dataset to its agency.

    :param id: id or name of the dataset
    :type id: string
    :param kind: `wrong`, `missing`, `old`, `file`, `unclear`, `personal` or `other`
    :type kind: string
    :param text: what is wrong, at most 2,000 characters
    :type text: string
    :param resource_id: the table or file that it is about
    :type resource_id: string, optional
    :param place: row or column, at most 200 characters
    :type place: string, optional
    :param email: where the agency may answer
    :type email: string, optional

    :returns: `id` and `created`
    :rtype: dictionary

    :raises: ValidationError, also where ten reports of an address, or 200 of a dataset, came within a day
    """
    tk.check_access("hue_report_create", context, dict(data_dict))
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    resource = data_dict.get("resource_id") or None
    if resource and resource not in {each.id for each in package.resources}:
        raise tk.ValidationError({"resource_id": [tk._("This dataset has no such table or file.")]})
    try:
        report = records.add(
            dataset=package.id,
            resource=resource,
            kind=data_dict["kind"],
            place=data_dict["place"],
            body=data_dict["text"],
            email=data_dict["email"],
            sender=_sender(),
        )
    except records.TooMany:
        message = tk._("Many reports came within a day. Please try again tomorrow, or write to the agency.")
        raise tk.ValidationError({"text": [message]}) from None
    return {"id": report.id, "created": report.created.isoformat()}


@tk.side_effect_free
@validate(schemas.listed)
def hue_report_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the reports about a dataset, those first that wait for an answer.

    :param id: id or name of the dataset
    :type id: string
    :param state: `new` or `done`
    :type state: string, optional
    :param limit: at most 500, default: 100
    :type limit: int
    :param offset: how many to leave out, default: 0
    :type offset: int

    :returns: `states` (counts of `new` and `done`) and `reports`: dictionaries of `id`, `dataset_id`,
        `resource_id`, `kind`, `place`, `text`, `email`, `state`, `answer`, `answered_by`, `answered`,
        `created`
    :rtype: dictionary
    """
    tk.check_access("hue_report_list", context, dict(data_dict))
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    found = records.of_dataset(package.id, data_dict.get("state"), data_dict["limit"], data_dict["offset"])
    return {"states": records.counts(package.id), "reports": [records.as_dict(report) for report in found]}


@validate(schemas.update)
def hue_report_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say what became of a report. The answer is mailed to the reader who left an address.

    :param id: id of the report
    :type id: string
    :param state: `done` (default) or `new`
    :type state: string, optional
    :param answer: what the agency did, at most 2,000 characters
    :type answer: string, optional

    :returns: the report
    :rtype: dictionary
    """
    tk.check_access("hue_report_update", context, dict(data_dict))
    records.answer(data_dict["id"], data_dict["state"], data_dict["answer"], context.get("user", ""))
    report = records.get(data_dict["id"])
    if report is None:
        raise tk.ObjectNotFound(tk._("There is no such report."))
    return records.as_dict(report)


def _sender() -> str | None:
    """Who asks, as a hash; None for what the portal itself calls."""
    return records.sender_of(getattr(flask.g, "remote_addr", "")) if flask.has_request_context() else None
