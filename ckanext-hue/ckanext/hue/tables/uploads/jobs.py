"""Waking workers for uploads, and what a worker does when it is woken.

Jobs may come twice, late or never: an upload is loaded by whoever holds its resource's lock, once, and each
job looks for an upload that nobody takes care of before it ends.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis
from redis.exceptions import RedisError
from rq.job import Retry

from ckanext.hue import config

from . import records, work

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5  # of one upload; one that kills its worker each time must not do so for ever
PATIENCE = timedelta(minutes=2)  # before a worker is woken once more, and between two times
_QUEUE_AWAY = (
    "Hàng đợi công việc của cổng đang gián đoạn. Tệp đã được lưu và sẽ được đọc khi hàng đợi hoạt động"
    " trở lại."
)
_GIVEN_UP = (
    "Tiến trình nền đã dừng giữa chừng {attempts} lần khi đọc tệp này. Bảng cũ được giữ nguyên."
    " Hãy tách tệp thành nhiều tệp nhỏ hơn, hoặc báo cho quản trị cổng."
)


def enqueue(upload_id: str) -> bool:
    """Wake a worker for an upload; False, and the upload says so, when the queue is away."""
    try:
        tk.enqueue_job(
            run,
            [upload_id],
            title="Nạp bảng từ tệp tải lên",
            # At once: a job that waits for its retry needs a scheduler, which CKAN's worker has not.
            rq_kwargs={"timeout": config.upload_timeout(), "retry": Retry(max=MAX_ATTEMPTS)},
        )
    except RedisError as error:
        log.warning("Upload %s waits for the queue: %s", upload_id, error)
        records.say(upload_id, _QUEUE_AWAY)
        return False
    return True


def run(upload_id: str) -> None:
    """Load an upload unless it is over or another worker has it; then see to the next one that waits."""
    upload = records.get(upload_id)
    if upload:
        with records.load_lock(upload.resource_id) as held:
            # Held by another worker: that one looks for newer uploads when it is done.
            claimed = records.claim(upload_id) if held else None
            if claimed and claimed.attempts > MAX_ATTEMPTS:
                records.finish(upload_id, "failed", _GIVEN_UP.format(attempts=MAX_ATTEMPTS))
            elif claimed:
                work.load(claimed)
    for waiting in unattended()[:1]:
        enqueue(waiting.id)


def resume() -> list[records.Upload]:
    """Wake workers for all uploads that nobody takes care of; those for which the queue took a job."""
    return [upload for upload in unattended() if enqueue(upload.id)]


def nudge(upload: records.Upload) -> None:
    """Wake a worker once more for an upload that nobody has taken care of for a while.

    Somebody who looks at the page is what notices that the queue lost a job.
    """
    if upload.pending and datetime.now(UTC) - upload.created > PATIENCE:
        key = f"ckan:{tk.config['ckan.site_id']}:hue:nudged:{upload.id}"
        try:
            due = connect_to_redis().set(key, 1, nx=True, ex=int(PATIENCE.total_seconds()))
        except RedisError as error:
            log.info("Upload %s still waits for the queue: %s", upload.id, error)
            return
        if due and not records.is_held(upload.resource_id):
            enqueue(upload.id)


def unattended() -> list[records.Upload]:
    """Uploads that wait, or whose worker died, oldest first."""
    return [upload for upload in records.pending() if not records.is_held(upload.resource_id)]
