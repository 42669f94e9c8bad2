"""`ckan hue tables pending` and `… resume`."""

from __future__ import annotations

import sys

import click

from . import jobs, records

STATES = {
    "waiting": "đang chờ",
    "reading": "đang đọc",
    "interrupted": "bị ngắt",
    "done": "đã xong",
    "failed": "thất bại",
    "superseded": "đã có tệp mới hơn",
}


@click.command("pending")
def list_pending() -> None:
    """Liệt kê các tệp tải lên chưa nạp xong."""
    for upload in records.pending():
        state = STATES[records.state_seen(upload)]
        click.echo(f"{upload.resource_id}\t{state}\tlần {upload.attempts}\t{upload.name}")


@click.command()
def resume() -> None:
    """Đọc tiếp các tệp tải lên đang chờ hoặc bị ngắt giữa chừng."""
    unattended = len(jobs.unattended())
    taken = jobs.resume()
    click.echo(f"Đã đưa {len(taken)} tệp vào hàng đợi.")
    if len(taken) < unattended:
        click.echo("Không kết nối được hàng đợi (Redis); kiểm tra bằng: ./hue status", err=True)
        sys.exit(1)
