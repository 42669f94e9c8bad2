"""Actions that tell how good metadata are (docs/api.md)."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict, Schema, ValidatorFactory

from ckanext.hue.whole_numbers import whole_number

from . import overview, scoring
from .overview import ORDERS, Quality

MAX_LIMIT = 1_000
MAX_OFFSET = 10_000_000


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 100 or "\x00" in value:
        raise tk.Invalid("Phải là mã hoặc đường dẫn.")
    return value


def _order(value: Any) -> str:
    if value not in ORDERS:
        raise tk.Invalid(f"Một trong: {', '.join(ORDERS)}.")
    return value


def _show_schema() -> Schema:
    return cast(Schema, {"id": [tk.get_validator("not_missing"), _text]})


def _list_schema() -> Schema:
    get = tk.get_validator
    default = cast(ValidatorFactory, get("default"))
    return cast(
        Schema,
        {
            "organization": [get("ignore_missing"), _text],
            "order": [default("worst"), _order],
            "limit": whole_number(MAX_LIMIT, default=100),
            "offset": whole_number(MAX_OFFSET, default=0),
        },
    )


@tk.side_effect_free
@validate(_show_schema)
def hue_quality_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show how good a dataset's metadata are.

    :param id: id or name of a public dataset
    :type id: string

    :returns: what `hue_quality_list` gives of a dataset, `metrics` (dictionaries of `code`, `dimension`,
        `points` and `most`), `broken` (properties that break a rule of DCAT-AP) and, for who may change the
        dataset, `dead_links` (dictionaries of `address`, `status` (null: no answer), `reason`, `checked`)
    :rtype: dictionary

    :raises: ObjectNotFound, also for a dataset that is not public or was not scored yet
    """
    tk.check_access("hue_quality_show", context, dict(data_dict))
    package = model.Package.get(data_dict["id"])
    quality = overview.of_dataset(package.id) if package else None
    if quality is None:
        raise tk.ObjectNotFound(tk._("The quality of this dataset was not measured yet."))
    return {
        **_shown(quality),
        "metrics": [
            {
                "code": metric.code,
                "dimension": metric["dimension"],
                "points": quality.points.get(metric.code, 0),
                "most": metric["points"],
            }
            for metric in scoring.metrics()
        ],
        "broken": quality.broken,
        **_dead_links(context, quality),
    }


def _dead_links(context: Context, quality: Quality) -> dict[str, Any]:
    """For its agency alone: how servers answer the portal may not be theirs to tell everybody."""
    try:
        tk.check_access("package_update", context, {"id": quality.id})
    except tk.NotAuthorized:
        return {}
    found = overview.dead_links(quality.links)
    return {"dead_links": [{**link._mapping, "checked": link.checked.isoformat()} for link in found]}


@tk.side_effect_free
@validate(_list_schema)
def hue_quality_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List how good the metadata of public datasets are.

    :param organization: only datasets of this agency (id or name)
    :type organization: string, optional
    :param order: `worst` (lowest score first), `best` or `late` (those first whose update is due first),
        default: worst
    :type order: string
    :param limit: at most 1,000, default: 100
    :type limit: int
    :param offset: how many datasets to leave out, default: 0
    :type offset: int

    :returns: `total`, `median` (score, null without datasets), `late` (how many), and `datasets`:
        dictionaries of `id`, `name`, `title`, `organization` (name), `score` (0 to 405), `rating`
        (`excellent`, `good`, `sufficient`, `bad`), `dimensions` (points by dimension), `timeliness`
        (`on-time`, `late`, `unknown`), `days_late`, `update_due` (date or null) and `computed`
    :rtype: dictionary
    """
    tk.check_access("hue_quality_list", context, dict(data_dict))
    agency = None
    if asked := data_dict.get("organization"):
        found = model.Group.get(asked)
        if found is None or not found.is_organization or found.state != model.State.ACTIVE:
            raise tk.ObjectNotFound(tk._("There is no such agency."))
        agency = found.id
    sums = overview.sums(agency)
    listed = overview.datasets(
        agency=agency, order=data_dict["order"], limit=data_dict["limit"], offset=data_dict["offset"]
    )
    return {
        "total": sums.datasets,
        "median": sums.median,
        "late": sums.late,
        "datasets": [_shown(quality) for quality in listed],
    }


def _shown(quality: Quality) -> dict[str, Any]:
    timely = quality.timeliness
    return {
        "id": quality.id,
        "name": quality.name,
        "title": quality.title,
        "organization": quality.agency_name,
        "score": quality.score,
        "rating": quality.rating.code,
        "dimensions": quality.dimensions,
        "timeliness": timely.state,
        "days_late": timely.days,
        "update_due": quality.update_due.isoformat() if quality.update_due else None,
        "computed": quality.computed.isoformat(),
    }
