"""Forms to add a source and to change one."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Response

from ckanext.hue.harvest import forms
from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.harvesters.base import Source
from ckanext.hue.harvesters.kinds import KINDS

from .common import allow, harvests, source_for


@harvests.route("/_new", methods=["GET", "POST"])
def add() -> str | Response:
    """Choose a kind of source, then describe one; no source's name begins with an underscore."""
    allow("hue_source_create")
    kind = KINDS.get(tk.request.args.get("kind", "") or (next(iter(KINDS)) if len(KINDS) == 1 else ""))
    if kind is None:
        return tk.render("hue/harvest/kinds.html", {"kinds": KINDS.values()})
    return _form(kind, None)


@harvests.route("/<name>/settings", methods=["GET", "POST"])
def change(name: str) -> str | Response:
    """Change a source's settings."""
    source = source_for("hue_source_update", name)
    kind = KINDS.get(source.kind)
    if kind is None:
        return tk.abort(404, tk._("This kind of source is not there any more."))
    return _form(kind, source)


def _form(kind: type[Source], before: HarvestSource | None) -> str | Response:
    shown = forms.sections(kind, before, _agencies())
    data, errors = forms.filled(before), {}
    if tk.request.method == "POST":
        data = forms.written(tk.request.form, shown)
        saved, errors = _save(kind, before, data, shown)
        if saved:
            tk.h.flash_success(tk._("The source was saved."))
            return tk.redirect_to("hue_harvest.show", name=saved["name"])
    known = {field.name for section in shown for field in section.fields}
    return tk.render(
        "hue/harvest/form.html",
        {
            "kind": kind,
            "source": before,
            "sections": shown,
            "data": data,
            "errors": errors,
            "other_errors": [error for name, found in errors.items() if name not in known for error in found],
        },
    )


def _save(
    kind: type[Source], before: HarvestSource | None, data: dict[str, Any], shown: list[forms.Section]
) -> tuple[dict[str, Any] | None, dict[str, list[str]]]:
    given, errors = forms.values(data, shown)
    if errors:
        return None, errors
    try:
        if before:
            return tk.get_action("hue_source_update")({}, given | {"name": before.name}), {}
        return tk.get_action("hue_source_create")({}, given | {"kind": kind.kind}), {}
    except tk.ValidationError as error:
        return None, cast(dict[str, list[str]], error.error_dict)


def _agencies() -> list[tuple[str, str]]:
    found = (
        model.Session.query(model.Group.id, model.Group.title, model.Group.name)
        .filter_by(is_organization=True, state=model.State.ACTIVE)
        .order_by(model.Group.title)
    )
    return [(row.id, row.title or row.name) for row in found]
