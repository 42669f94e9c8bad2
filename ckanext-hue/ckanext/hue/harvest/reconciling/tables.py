"""The tables of the DataStore against what the engine remembers and against the resources in the database."""

from __future__ import annotations

import psycopg2
from psycopg2 import sql
from sqlalchemy import text

from ckanext.hue.harvest import settling
from ckanext.hue.harvest.database import rows, transaction
from ckanext.hue.tables import locks, publishing
from ckanext.hue.tables.cells import DELIMITER
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.files import jobs as file_jobs

from . import documents
from .datasets import REDO, Redoing
from .report import Kind, Report
from .workspace import Workspace, idle, in_scope, spool

LOST = Kind("bảng không có trong DataStore", REDO)
DIFFERENT = Kind("bảng trong DataStore khác với bảng đã thu thập", REDO)
INCOMPLETE = Kind("bộ dữ liệu thiếu tài nguyên của bảng", REDO)
BEYOND = Kind("bảng của bộ dữ liệu vắng mặt ở nguồn bị mất hoặc bị sửa", "nạp lại")
FLAG = Kind("tài nguyên ghi sai là có hay không có bảng", "sửa")
CLOSED = Kind("bảng của bộ dữ liệu không còn mở vẫn giữ bản ghi", "xóa")
ORPHAN = Kind("bảng không còn tài nguyên nào", "xóa")
LITTER = Kind("bảng tạm bị bỏ lại", "xóa")
VERSIONS = Kind("bảng đã mất mà phiên bản, thay đổi và bản ghi lỗi vẫn còn", "xóa")
STRAY = Kind("tệp tải về bị thừa hoặc bị mất", "dọn và tạo lại")

IN_USE = "bảng đang được đọc hoặc được nạp"
_READS = "AND NOT newest.edited AND newest.table_oid = c.oid"
# Each table of a resource, and each resource of which versions are recorded. `whole` is a table as loaded.
_STORED = f"""
    COPY (
        SELECT coalesce(c.name, newest.resource_id), c.name IS NOT NULL, newest.resource_id IS NOT NULL,
            coalesce(c.name IS NOT NULL {_READS}, false), newest.content_hash,
            newest.rows + newest.quarantined, coalesce(newest.loaded < now() - interval '1 day', false)
        FROM (SELECT relname::text AS name, oid FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p')
              AND relnamespace = 'public'::regnamespace AND left(relname::text, 1) <> '_') c
        FULL JOIN (SELECT DISTINCT ON (resource_id) * FROM hue.table_version
              ORDER BY resource_id, version DESC) newest ON newest.resource_id = c.name
    ) TO STDOUT WITH ({DELIMITER}, NULL '')
"""  # noqa: S608
_COLUMNS = "id text, present boolean, ours boolean, whole boolean, hash text, rows bigint, old boolean"
# Resources and datasets that a person deleted stay deleted.
_KNOWN = f"""
    SELECT t.source_id::text, t.remote_id, p.name, t.state,
        CASE WHEN bool_or(r.id IS NULL) THEN 'incomplete' WHEN bool_or(s.present IS NOT TRUE) THEN 'lost'
             ELSE 'different' END AS difference, bool_or(r.id IS NULL) AS whole
    FROM hue_harvest_table t
    JOIN package p ON p.id = t.dataset_id::text AND p.state = 'active'
    CROSS JOIN LATERAL jsonb_each_text(t.content_hashes) known (resource_id, hash)
    LEFT JOIN resource r ON r.id = known.resource_id
    LEFT JOIN reconcile_stored s ON s.id = known.resource_id
    WHERE t.state IN ('active', 'withdrawn') AND (r.id IS NULL OR r.state = 'active')
        AND (r.id IS NULL OR s.whole IS NOT TRUE OR s.hash IS DISTINCT FROM known.hash)
        AND (:whole OR t.source_id = ANY(CAST(:sources AS uuid[]))) AND {idle("p.id")}
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608
_FLAGGED = "(coalesce(lower(CAST(nullif(r.extras, '') AS jsonb) ->> 'datastore_active'), '') = 'true')"
_FLAGS = f"""
    SELECT r.id, p.id AS dataset_id, p.name, coalesce(s.present, false) AS present
    FROM resource r
    JOIN package p ON p.id = r.package_id AND p.state <> 'deleted'
    LEFT JOIN reconcile_stored s ON s.id = r.id
    WHERE r.state = 'active' AND {_FLAGGED} <> coalesce(s.present, false)
        AND NOT EXISTS (SELECT FROM hue_upload u WHERE u.resource_id = r.id
            AND u.state IN ('waiting', 'reading'))
        AND NOT EXISTS (SELECT FROM hue_harvest_table t WHERE t.dataset_id::text = p.id
            AND t.state = 'active' AND t.content_hashes ? r.id AND s.present IS NOT TRUE)
        AND {in_scope("p.id")} AND {idle("p.id")}
"""  # noqa: S608
_SET_FLAG = f"""
    UPDATE resource r SET extras = jsonb_set(coalesce(CAST(nullif(r.extras, '') AS jsonb), '{{}}'),
        '{{datastore_active}}', to_jsonb(given.present))::text
    FROM unnest(CAST(:ids AS text[]), CAST(:present AS boolean[])) AS given (id, present)
    WHERE r.id = given.id AND {_FLAGGED} <> given.present
"""  # noqa: S608
_CLOSED = f"""
    SELECT DISTINCT s.id, p.name, p.id AS dataset_id
    FROM hue_harvest_table t
    JOIN package p ON p.id = t.dataset_id::text
    JOIN resource r ON r.package_id = p.id AND r.url_type = 'datastore'
    JOIN reconcile_stored s ON s.id = r.id AND s.present AND s.ours
    WHERE t.state = 'closed' AND t.content_hashes = '{{}}'
        AND (:whole OR t.source_id = ANY(CAST(:sources AS uuid[]))) AND {idle("p.id")}
"""  # noqa: S608
_HOLD_CLOSED = text(f"""
    SELECT 1 FROM hue_harvest_table t
    WHERE t.dataset_id = CAST(:id AS uuid) AND t.state = 'closed' AND {idle("t.dataset_id::text")}
    FOR UPDATE OF t SKIP LOCKED
""")  # noqa: S608
_ORPHANS = """
    SELECT s.id FROM reconcile_stored s
    WHERE s.present AND s.ours AND s.old AND NOT EXISTS (SELECT FROM resource r WHERE r.id = s.id)
        AND NOT EXISTS (SELECT FROM hue_harvest_table t CROSS JOIN LATERAL jsonb_object_keys(t.content_hashes)
            AS known (id) WHERE known.id = s.id)
"""
_STILL_OLD = "SELECT max(loaded) < now() - interval '1 day' FROM hue.table_version WHERE resource_id = %s"
# What is being loaded is invisible to others until it is there.
_LITTER = (
    r"SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
    r" ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND (n.nspname = 'hue' AND c.relname"
    r" ~ '^staging_[0-9a-f]{32}$' OR n.nspname = 'public' AND c.relname ~ '^_hue_[0-9a-f]{32}$')"
)


def read(workspace: Workspace) -> None:
    """Bring what the DataStore holds to the workspace, without a row of it passing through Python."""
    with spool() as lines:
        with datastore_connection() as connection, connection.cursor() as cursor:
            cursor.copy_expert(_STORED, lines)
        lines.seek(0)
        workspace.fill("reconcile_stored", _COLUMNS, lines)
    workspace.rows("CREATE UNIQUE INDEX ON reconcile_stored (id)")


def compare(workspace: Workspace, report: Report, redoing: Redoing) -> None:
    """Find tables that are not what was harvested, and have them loaded again."""
    workspace.make("reconcile_known", _KNOWN)
    for kind, difference in ((LOST, "lost"), (DIFFERENT, "different"), (INCOMPLETE, "incomplete")):
        redoing.take(
            kind,
            "SELECT * FROM reconcile_known"  # noqa: S608 (words of our own)
            f" WHERE state = 'active' AND difference = '{difference}'",
        )
    # They vanished from their source: there is nothing to load them from.
    beyond = workspace.rows("SELECT name FROM reconcile_known WHERE state = 'withdrawn'")
    report.fail(BEYOND, [row.name for row in beyond], "bảng không còn trong danh mục của nguồn")


def drop_closed(workspace: Workspace, report: Report) -> None:
    """Drop the rows of tables that are no longer open at their source."""
    workspace.make("reconcile_closed", _CLOSED)
    for found in workspace.taken("reconcile_closed"):
        for row in found:
            with transaction() as connection:
                # The lock keeps a load that comes meanwhile waiting (see leases.keeping).
                if connection.execute(_HOLD_CLOSED, {"id": row.dataset_id}).first() is None:
                    continue  # open again
                if report.dry_run or settling.drop_tables([row.id]):
                    report.add(CLOSED, [row.name])
                else:
                    report.fail(CLOSED, [row.name], IN_USE)


def set_flags(workspace: Workspace, report: Report) -> None:
    """Have each resource say truly whether it has a table."""
    workspace.make("reconcile_flags", _FLAGS)
    for found in workspace.taken("reconcile_flags"):
        if not report.dry_run:
            rows(_SET_FLAG, ids=[row.id for row in found], present=[row.present for row in found])
            documents.index(FLAG, {row.dataset_id: row.name for row in found}, report)
        report.add(FLAG, [row.name for row in found])


def drop_orphans(workspace: Workspace, report: Report) -> None:
    """Drop tables that were loaded here and have had no resource of any state for a day."""
    workspace.make("reconcile_orphan", _ORPHANS)
    for found in workspace.taken("reconcile_orphan"):
        for row in found:
            if report.dry_run or _drop_orphan(row.id):
                report.add(ORPHAN, [row.id])
            else:
                report.fail(ORPHAN, [row.id], IN_USE)


def _drop_orphan(resource_id: str) -> bool:
    try:
        with datastore_connection() as connection, connection.cursor() as cursor:
            if not locks.try_loading(cursor, resource_id):
                return False
            cursor.execute(_STILL_OLD, (resource_id,))
            old = bool((cursor.fetchone() or (False,))[0])
            if not old or rows("SELECT FROM resource WHERE id = :id", id=resource_id):
                return False
            file_jobs.remove_files_of([resource_id])
            publishing.drop_table(cursor, resource_id)
    except psycopg2.Error:
        return False
    return True


def drop_leftovers(workspace: Workspace, report: Report) -> None:
    """Drop what killed or older processes left: staging tables, versions of tables that are gone, files."""
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(_LITTER)
        litter = cursor.fetchall()
    for schema, name in litter:
        if not report.dry_run:
            with datastore_connection() as connection, connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, name)))
        report.add(LITTER, [name])
    gone = workspace.rows("SELECT id FROM reconcile_stored WHERE ours AND NOT present")
    swept = file_jobs.sweep(dry_run=report.dry_run)
    report.add(VERSIONS, [row.id for row in gone])
    report.add(STRAY, swept)
