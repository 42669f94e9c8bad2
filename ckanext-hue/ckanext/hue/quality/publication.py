"""The scores as a dataset of the portal's own: a table, loaded as all tables are, written when it changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.hue import config
from ckanext.hue.harvest.agencies import Registry
from ckanext.hue.harvest.database import held_lock, rows
from ckanext.hue.harvest.mapping import DEFAULT_LICENSE, VIETNAM
from ckanext.hue.harvest.sources import NAMESPACE
from ckanext.hue.harvesters.base import Batch, Column
from ckanext.hue.schemas import vocabulary
from ckanext.hue.slug import slugify_vi
from ckanext.hue.tables.files import jobs as file_jobs
from ckanext.hue.tables.loading import load_batches

from . import records, scoring
from .records import PUBLIC

LOCK = "hue quality dataset"
JOB_SECONDS = 60 * 60
PAGE = 5_000  # rows
DATASET_ID = str(uuid.uuid5(NAMESPACE, "portal/quality"))
TABLE_ID = str(uuid.uuid5(uuid.UUID(DATASET_ID), "scores"))
TITLE = "Chất lượng siêu dữ liệu của cổng"
NOTES = (
    "Điểm chất lượng siêu dữ liệu của từng bộ dữ liệu công khai trên cổng, chấm theo phương pháp của"
    " data.europa.eu (tối đa 405 điểm, năm nhóm tiêu chí), và hạn cập nhật tiếp theo tính từ tần suất."
    " Cổng chấm lại khi siêu dữ liệu thay đổi; bảng được làm mới mỗi đêm nếu có thay đổi."
)
FIELD = "thong-tin-truyen-thong"
COLUMNS = (
    Column("ma_bo_du_lieu", "Mã bộ dữ liệu", "text", is_key=True),
    Column("ten_bo_du_lieu", "Tên bộ dữ liệu", "text"),
    Column("dia_chi", "Địa chỉ", "text"),
    Column("co_quan", "Cơ quan công bố", "text"),
    Column("diem", "Điểm", "int"),
    Column("xep_loai", "Xếp loại", "text"),
    *(
        Column(slugify_vi(each.name).replace("-", "_"), each.name, "int")
        for each in vocabulary("quality_scores")[1:]
    ),
    Column("han_cap_nhat", "Hạn cập nhật", "date"),
)

_ROWS = f"""
    SELECT p.id, p.title, p.name, coalesce(g.title, '') AS agency, s.score, s.points, s.update_due
    FROM hue_quality_score s JOIN package p ON p.id = s.dataset_id LEFT JOIN "group" g ON g.id = p.owner_org
    WHERE {PUBLIC} AND s.score IS NOT NULL AND p.id > :after ORDER BY p.id LIMIT :most
"""  # noqa: S608


def enqueue() -> None:
    """Queue the nightly publication. Raises redis.exceptions.RedisError."""
    tk.enqueue_job(nightly, title="Công bố điểm chất lượng siêu dữ liệu", rq_kwargs={"timeout": JOB_SECONDS})


def nightly() -> None:
    """The nightly background job: publish, and forget links that no dataset gives any more."""
    publish()
    records.forget_links()


def publish() -> bool:
    """Bring the dataset up to date; whether anything of it was written.

    Killed in between it is finished by the next run. A dataset that somebody deleted stays deleted.
    """
    with held_lock(LOCK) as held:
        stored = model.Session.get(model.Package, DATASET_ID)
        if not held or (stored is not None and stored.state != model.State.ACTIVE):
            return False
        first = next(_pages(), None)
        if first is None:
            return False
        loaded = load_batches(TABLE_ID, _batches(), dictionary=COLUMNS)
        if not loaded.written and stored is not None and _is_said(stored, loaded.version):
            return False
        _write(loaded.version, new=stored is None)
    file_jobs.enqueue()
    return True


def _is_said(stored: model.Package, version: int) -> bool:
    """Whether the dataset was written since the table was loaded."""
    return stored.version == str(version)


def _write(version: int, *, new: bool) -> None:
    user: str = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
    today = datetime.now(VIETNAM).date().isoformat()
    changing = {"modified": today, "version": str(version)}
    if new:
        values = {**_described(user), **changing, "issued": today}
        tk.get_action("package_create")(Context(user=user, ignore_auth=True), values)
    else:
        tk.get_action("package_patch")(Context(user=user, ignore_auth=True), {"id": DATASET_ID, **changing})


def _described(user: str) -> dict[str, Any]:
    registry = Registry(user)
    name = slugify_vi(TITLE)
    taken = model.Package.get(name) is not None
    contact = {
        "name": config.publisher(),
        "email": config.contact_email(),
        "url": f"{config.site_url()}/about",
    }
    return {
        "id": DATASET_ID,
        "name": f"{name}-{DATASET_ID[:8]}" if taken else name,
        "title": TITLE,
        "title_en": "Metadata quality of the portal",
        "notes": NOTES,
        "owner_org": registry.organization("", config.publisher()),
        "groups": [{"name": registry.field(FIELD)}],
        "tags": [{"name": word} for word in ("chất lượng", "siêu dữ liệu", "dữ liệu mở")],
        "license_id": DEFAULT_LICENSE,
        "rights": "Ghi rõ nguồn khi sử dụng.",
        "access_rights": "mo",
        "frequency": "hang-ngay",
        "dcat_type": "thong-ke",
        "no_personal_data": True,
        "contact": [{name: value for name, value in contact.items() if value}],
        "spatial_coverage": [{"code": config.province()}] if config.province() else [],
        "temporal_coverage": [{"start": datetime.now(VIETNAM).date().isoformat()}],
        "provenance": "Do cổng tự chấm theo https://data.europa.eu/mqa/methodology",
        "resources": [
            {
                "id": TABLE_ID,
                "name": TITLE,
                "format": "CSV",
                "mimetype": "text/csv",
                "url_type": "datastore",
                "url": "",
                "datastore_active": True,
            }
        ],
    }


def _batches() -> Iterator[Batch]:
    first_row = 1
    for page in _pages():
        yield Batch(tuple(column.name for column in COLUMNS), page, first_row)
        first_row += len(page)


def _pages() -> Iterator[list[list[Any]]]:
    after = ""
    while found := rows(_ROWS, after=after, most=PAGE):
        yield [
            [
                row.id,
                row.title,
                f"{config.site_url()}/dataset/{row.name}",
                row.agency,
                row.score,
                scoring.rating(row.score).name,
                *scoring.of_dimensions(row.points).values(),
                row.update_due,
            ]
            for row in found
        ]
        after = found[-1].id
