"""`ckan hue harvest …`."""

from __future__ import annotations

import getpass
import sys
import time

import click

from ckanext.hue.harvest import jobs, reports, sources, worker
from ckanext.hue.harvest.errors import NothingToDo
from ckanext.hue.harvest.reports import Status

from .common import command, summary

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 30

_WHAT = click.option(
    "--what",
    type=click.Choice(jobs.HELD),
    default=jobs.ALL,
    help="Chỉ việc rút bảng (withdrawals), chỉ dữ liệu giống dữ liệu cá nhân (personal), hay tất cả.",
)
_TABLE = click.option("--table", "remote_id", default="", help="Chỉ một bảng, theo mã của bảng ở nguồn.")


@click.group()
def harvest() -> None:
    """Thu thập dữ liệu từ các nguồn."""


@command(harvest, "run")
@click.argument("name")
@click.option("--wait", is_flag=True, help="Chờ đến khi xong, in tiến độ và báo cáo.")
def harvest_run(name: str, wait: bool) -> None:
    """Thu thập một nguồn ngay bây giờ."""
    job_id = worker.start(sources.get(name))
    if not wait:
        click.echo(f"Đã xếp hàng thu thập «{name}». Theo dõi bằng: ckan hue harvest status {name}")
        return
    status = _follow(job_id)
    _print_report(status)
    if not status.succeeded:
        sys.exit(1)


@command(harvest, "status")
@click.argument("name", required=False)
def harvest_status(name: str | None) -> None:
    """Lần thu thập gần nhất của mỗi nguồn, hoặc của một nguồn kèm báo cáo."""
    if name:
        sources.get(name)
    for status in reports.latest(name):
        if name:
            _print_report(status)
        else:
            click.echo(summary(status))


@command(harvest, "cancel")
@click.argument("name")
def harvest_cancel(name: str) -> None:
    """Hủy lần thu thập đang chạy của một nguồn."""
    jobs.cancel(_newest(name))
    click.echo(f"Đã hủy lần thu thập của «{name}».")


@command(harvest, "retry")
@click.argument("name")
def harvest_retry(name: str) -> None:
    """Chạy lại các bảng bị lỗi của lần thu thập gần nhất."""
    tables = jobs.retry(_newest(name))
    worker.wake()
    click.echo(f"Chạy lại {tables} bảng của «{name}».")


@command(harvest, "approve")
@click.argument("name")
@_WHAT
@_TABLE
def harvest_approve(name: str, what: str, remote_id: str) -> None:
    """Duyệt: rút các bảng vắng mặt, công bố các bảng có dữ liệu giống dữ liệu cá nhân."""
    tables = jobs.approve(_newest(name), _user(), what, remote_id)
    worker.wake()
    click.echo(f"Đã duyệt {tables} bảng của «{name}».")


@command(harvest, "reject")
@click.argument("name")
@_WHAT
@_TABLE
def harvest_reject(name: str, what: str, remote_id: str) -> None:
    """Không duyệt: các bộ dữ liệu được giữ nguyên, dữ liệu giống dữ liệu cá nhân không được công bố."""
    tables = jobs.reject(_newest(name), _user(), what, remote_id)
    click.echo(f"Đã từ chối {tables} bảng của «{name}»; dữ liệu trên cổng được giữ nguyên.")


def _user() -> str:
    """Who decides: the account at the terminal."""
    return f"dòng lệnh ({getpass.getuser()})"


def _newest(name: str) -> str:
    """The id of the source's newest job. Raises UnknownSource, NothingToDo."""
    sources.get(name)
    found = reports.latest(name)
    if not found:
        raise NothingToDo(f"Nguồn «{name}» chưa được thu thập lần nào.")
    return found[0].id


def _follow(job_id: str) -> Status:
    """Print progress until the job is over."""
    began = time.monotonic()
    shown = ""
    warned = False
    while True:
        status = reports.status(job_id)
        line = _progress(status)
        if line and line != shown:
            click.echo(line)
            shown = line
        if status.over:
            return status
        if status.state == "queued" and not warned and time.monotonic() - began > PATIENCE_SECONDS:
            click.echo("Chưa có tiến trình nền nào nhận việc; kiểm tra bằng: ./hue status", err=True)
            warned = True
        time.sleep(POLL_SECONDS)


def _progress(status: Status) -> str:
    if status.listed is None:
        return {"queued": "Đang chờ tiến trình nền…", "planning": "Đang đọc danh mục của nguồn…"}.get(
            status.state, ""
        )
    finished = status.planned - status.waiting
    speed = f", {status.rows_per_second:.0f} bản ghi/giây" if status.rows_per_second else ""
    return f"  {finished}/{status.planned} bảng, {status.rows} bản ghi{speed}, {status.failed} lỗi"


def _print_report(status: Status) -> None:
    if status.message:
        click.echo(f"Lý do: {status.message}")
    for line in reports.report(status.id, notable=True):
        mark = "✗" if line.state == "failed" else "•"
        click.echo(f"  {mark} {line.title}: {line.message}")
    if status.held:
        click.echo(
            f"{reports.waiting_in_words(status)}: ckan hue harvest approve {status.source_name},"
            f" hoặc ckan hue harvest reject {status.source_name}"
        )
    click.echo(summary(status))
