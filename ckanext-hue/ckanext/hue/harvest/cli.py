"""`ckan hue source …` and `ckan hue harvest …`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ckanext.hue.harvesters.errors import SourceError
from ckanext.hue.harvesters.kinds import KINDS

from . import jobs, runner, sources
from .errors import HarvestError
from .jobs import Status

POLL_SECONDS = 0.5
LOOK_SECONDS = 3
PATIENCE_SECONDS = 30
STATES = {
    "queued": "đang chờ",
    "running": "đang chạy",
    "finished": "đã xong",
    "failed": "thất bại",
    "interrupted": "bị ngắt",
}


@contextmanager
def _errors_as_messages() -> Iterator[None]:
    try:
        yield
    except (HarvestError, SourceError) as error:
        raise click.ClickException(str(error)) from error


def _command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command whose known errors are printed as one Vietnamese sentence, with exit code 1."""

    def decorate(function: Callable[..., None]) -> click.Command:
        def call(**values: Any) -> None:
            with _errors_as_messages():
                function(**values)

        call.__doc__ = function.__doc__
        call.__click_params__ = getattr(function, "__click_params__", [])  # pyright: ignore[reportFunctionMemberAccess]
        return group.command(name)(call)

    return decorate


@click.group()
def source() -> None:
    """Nguồn thu thập dữ liệu."""


@_command(source, "add")
@click.argument("name")
@click.option("--type", "kind", type=click.Choice(KINDS), default="platform", help="Loại nguồn.")
@click.option("--url", required=True, help="Địa chỉ của nguồn, http(s)://…")
@click.option("--title", default="", help="Tên hiển thị của nguồn.")
@click.option("--token", default="", help="Mã truy cập, gửi dưới dạng Authorization: Bearer.")
@click.option(
    "--allow-private-host", is_flag=True, help="Cho phép máy chủ và cổng của nguồn thuộc mạng nội bộ."
)
@click.option(
    "--number-format",
    type=click.Choice(["", "vi", "en"]),
    default="",
    help="Cách nguồn viết số: vi là 1.234,5; en là 1,234.5.",
)
@click.option("--update", is_flag=True, help="Đổi thiết lập nếu nguồn đã có.")
def source_add(**values: Any) -> None:
    """Thêm nguồn. Người thêm cam kết nguồn không chứa dữ liệu cá nhân."""
    added = sources.add(**values)
    click.echo(f"Nguồn «{added.name}» ({added.title}) đã sẵn sàng: {added.url}")


@_command(source, "list")
def source_list() -> None:
    """Liệt kê các nguồn."""
    for each in sources.all_sources():
        click.echo(f"{each.name}\t{each.kind}\t{each.url}\t{each.title}")


@_command(source, "show")
@click.argument("name")
def source_show(name: str) -> None:
    """Xem một nguồn và lần thu thập gần nhất."""
    found = sources.get(name)
    click.echo(
        f"Tên:      {found.name}\nTiêu đề:  {found.title}\nLoại:     {found.kind}\nĐịa chỉ:  {found.url}"
    )
    click.echo(f"Mã truy cập: {'có' if found.token else 'không'}")
    click.echo(f"Cho phép mạng nội bộ: {'có' if found.allow_private_host else 'không'}")
    for status in jobs.latest(name):
        click.echo(_summary(status))


@_command(source, "remove")
@click.argument("name")
def source_remove(name: str) -> None:
    """Gỡ nguồn; các bộ dữ liệu đã công bố được giữ lại."""
    sources.remove(name)
    click.echo(f"Đã gỡ nguồn «{name}»; các bộ dữ liệu đã công bố được giữ lại.")


@click.group()
def harvest() -> None:
    """Thu thập dữ liệu từ các nguồn."""


@_command(harvest, "run")
@click.argument("name")
@click.option("--wait", is_flag=True, help="Chờ đến khi xong, in tiến độ và báo cáo.")
def harvest_run(name: str, wait: bool) -> None:
    """Thu thập một nguồn ngay bây giờ."""
    job_id = runner.enqueue(sources.get(name))
    if not wait:
        click.echo(f"Đã xếp hàng thu thập «{name}». Theo dõi bằng: ckan hue harvest status {name}")
        return
    status = _follow(job_id)
    _print_report(status)
    if not status.succeeded:
        sys.exit(1)


@_command(harvest, "status")
@click.argument("name", required=False)
def harvest_status(name: str | None) -> None:
    """Lần thu thập gần nhất của mỗi nguồn, hoặc của một nguồn kèm báo cáo."""
    if name:
        sources.get(name)
    for status in jobs.latest(name):
        if name:
            _print_report(status)
        else:
            click.echo(_summary(status))


def _follow(job_id: str) -> Status:
    """Print progress until the job is over."""
    began = time.monotonic()
    shown = ""
    warned = False
    looked = began
    while True:
        status = jobs.status(job_id)
        line = _progress(status)
        if line and line != shown:
            click.echo(line)
            shown = line
        if status.over:
            return status
        if status.state == "queued" and not warned and time.monotonic() - began > PATIENCE_SECONDS:
            click.echo("Chưa có tiến trình nền nào nhận việc; kiểm tra bằng: ./hue status", err=True)
            warned = True
        if status.state == "running" and time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            jobs.interrupt_if_dead(job_id)
        time.sleep(POLL_SECONDS)


def _progress(status: Status) -> str:
    if status.listed is None:
        return {"queued": "Đang chờ tiến trình nền…", "running": "Đang đọc danh mục của nguồn…"}.get(
            status.state, ""
        )
    finished = status.planned - status.waiting
    return f"  {finished}/{status.planned} bảng, {status.rows} bản ghi, {status.failed} lỗi"


def _summary(status: Status) -> str:
    return (
        f"{status.source_name}: {STATES[status.state]}; danh mục {status.listed or 0} bảng; "
        f"công bố {status.done}, không đổi {status.unchanged or 0}, đóng {status.closed}, "
        f"vắng mặt {status.gone}, lỗi {status.failed}, còn lại {status.waiting}; {status.rows} bản ghi"
    )


def _print_report(status: Status) -> None:
    if status.state == "interrupted":
        click.echo("Lần thu thập bị ngắt giữa chừng; chạy lại để tiếp tục, không mất dữ liệu.")
    if status.message:
        click.echo(f"Lý do: {status.message}")
    for title, state, message in jobs.report(status.id):
        mark = "✗" if state == "failed" else "•"
        click.echo(f"  {mark} {title}: {message}")
    click.echo(_summary(status))
