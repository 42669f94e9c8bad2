"""`ckan hue tables …`."""

from __future__ import annotations

import sys

import click

from .files.jobs import write_files
from .uploads.cli import list_pending, resume


@click.group()
def tables() -> None:
    """Bảng dữ liệu."""


tables.add_command(list_pending)
tables.add_command(resume)


@tables.command("write-files")
@click.option("--again", is_flag=True, help="Tạo lại mọi tệp, kể cả tệp đã có.")
def tables_write_files(again: bool) -> None:
    """Tạo các tệp tải về còn thiếu, dọn các tệp không còn dùng."""
    summary = write_files(sweep=True, again=again)
    click.echo(
        f"Đã tạo {summary.files} tệp của {summary.tables} bảng, xóa {summary.removed} tệp;"
        f" {summary.failed} bảng không tạo được tệp."
    )
    if summary.failed:
        click.echo("Lý do nằm trong nhật ký.", err=True)
        sys.exit(1)
