"""What the engine remembers of its tables, and the datasets in the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from rq.timeouts import JobTimeoutException
from sqlalchemy import text
from sqlalchemy.engine import Row

from ckanext.hue.harvest import jobs, settling
from ckanext.hue.harvest.errors import refusal

from .report import Kind, Report
from .workspace import Workspace, idle

log = logging.getLogger(__name__)

REDO = "xếp hàng thu thập lại"
PURGED = Kind("bộ dữ liệu đã bị xóa hẳn khỏi cổng mà nguồn vẫn công bố", REDO)
STATE = Kind("bộ dữ liệu ghi sai tình trạng ở nguồn", "sửa theo sổ của bộ thu thập")
LEAKED = Kind("bộ dữ liệu không còn mở ở nguồn mà cổng vẫn hiển thị", "rút khỏi cổng")

_SCOPE = "(:whole OR t.source_id = ANY(CAST(:sources AS uuid[])))"
_PURGED = f"""
    SELECT t.source_id::text, t.remote_id, s.name || '/' || t.remote_id AS name
    FROM hue_harvest_table t JOIN hue_harvest_source s ON s.id = t.source_id
    LEFT JOIN package p ON p.id = t.dataset_id::text
    WHERE t.state = 'active' AND p.id IS NULL AND {_SCOPE} AND {idle("t.dataset_id::text")}
"""  # noqa: S608
# What a person deleted stays deleted, whatever the engine remembers of it.
_WRONG = f"""
    SELECT t.source_id::text, t.remote_id, t.dataset_id::text AS id, t.state, p.name
    FROM hue_harvest_table t JOIN package p ON p.id = t.dataset_id::text
    WHERE CASE WHEN t.state = 'closed' THEN p.state <> 'deleted'
               ELSE p.extras ->> 'harvest_state' IS DISTINCT FROM t.state END
        AND {_SCOPE} AND {idle("t.dataset_id::text")}
"""  # noqa: S608
_FORGET = """
    UPDATE hue_harvest_table t SET fingerprint = '', mark = '',
        dataset_hash = CASE WHEN given.whole THEN '' ELSE t.dataset_hash END
    FROM unnest(CAST(:sources_of AS uuid[]), CAST(:ids AS text[]), CAST(:parts AS boolean[]))
        AS given (source_id, remote_id, whole)
    WHERE t.source_id = given.source_id AND t.remote_id = given.remote_id AND t.state = 'active'
"""


class Redoing:
    """Has tables harvested again: their sources' next harvest finds them changed. One job a source."""

    def __init__(self, workspace: Workspace, report: Report) -> None:
        self._workspace = workspace
        self._report = report
        self.sources: set[str] = set()

    def take(self, kind: Kind, query: str) -> None:
        """Forget what the listing said of what `query` finds: (source_id, remote_id, name), and `whole` when
        the dataset is to be written again even if nothing of it changed at the source."""
        self._workspace.make("reconcile_redo", query)
        for found in self._workspace.taken("reconcile_redo"):
            if not self._report.dry_run:
                self._workspace.rows(
                    _FORGET,
                    sources_of=[row.source_id for row in found],
                    ids=[row.remote_id for row in found],
                    parts=[bool(row._mapping.get("whole")) for row in found],
                )
            self.sources.update(row.source_id for row in found)
            self._report.add(kind, [row.name for row in found])


def compare(workspace: Workspace, report: Report, redoing: Redoing) -> None:
    """Find datasets that were purged, or whose state is not the engine's, and mend them."""
    redoing.take(PURGED, _PURGED)
    workspace.make("reconcile_state", _WRONG)
    for found in workspace.taken("reconcile_state"):
        if not report.dry_run:
            corrected = [row for row in found if _try(_correct, row, report)]
            for source_id in {row.source_id for row in corrected}:
                settling.settle(source_id, {row.id for row in corrected if row.source_id == source_id})
        else:
            corrected = list(found)
        for row in corrected:
            report.add(_kind(row), [row.name])


def _kind(row: Row[Any]) -> Kind:
    return LEAKED if row.state == "closed" else STATE


def _try(correct: Callable[[Row[Any]], bool], row: Row[Any], report: Report) -> bool:
    try:
        return correct(row)
    except JobTimeoutException:
        raise
    except tk.ValidationError as error:
        report.fail(_kind(row), [row.name], refusal(error))
    except Exception as error:
        log.exception("Dataset %s could not be corrected", row.id)
        report.fail(_kind(row), [row.name], jobs.own_fault(error))
    finally:
        model.Session.rollback()
        model.Session.remove()
    return False


def _correct(row: Row[Any]) -> bool:
    """Write the state into one dataset, in one transaction; False when the engine has changed it since."""
    user = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
    still = model.Session.execute(
        text(
            "UPDATE hue_harvest_table t SET index_pending = true, changed = now()"  # noqa: S608
            " WHERE source_id = :source AND remote_id = :remote AND state = :state"
            f" AND {idle('t.dataset_id::text')} RETURNING 1"
        ),
        {"source": row.source_id, "remote": row.remote_id, "state": row.state},
    ).first()
    if not still:
        return False
    # The copy in Solr may be the one that is right.
    stored = tk.get_action("package_show")(
        Context(user=user, ignore_auth=True, use_cache=False, for_update=True), {"id": row.id}
    )
    change = {"harvest_state": row.state} | ({"state": "deleted"} if row.state == "closed" else {})
    context = Context(
        user=user,
        ignore_auth=True,
        defer_commit=True,
        return_id_only=True,
        changed_entities={"packages": {row.id}},
        original_package=stored,  # else what Solr says decides whether there is anything to write
    )
    # CKAN takes a time that it is given for the time of this change.
    del stored["metadata_modified"]
    tk.get_action("package_update")(context, {**stored, **change})
    model.Session.commit()
    return True
