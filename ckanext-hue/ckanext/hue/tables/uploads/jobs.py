"""Waking workers for uploads, and what a worker does when it is woken.

Jobs may come twice, late or never: an upload is loaded by whoever holds its resource's lock, once, and each
job looks for an upload that nobody takes care of before it ends.
"""

from __future__ import annotations

import logging

import ckan.plugins.toolkit as tk
from redis.exceptions import RedisError
from rq.job import Retry

from ckanext.hue import config

from . import records, work

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5  # of one upload; one that kills its worker each time must not do so for ever
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


def unattended() -> list[records.Upload]:
    """Uploads that wait, or whose worker died, oldest first."""
    return [upload for upload in records.pending() if not records.is_held(upload.resource_id)]
