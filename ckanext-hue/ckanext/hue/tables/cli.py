"""`ckan hue tables …`."""

from __future__ import annotations

import sys

import click

from .files.jobs import write_files


@click.group()
def tables() -> None:
    """Bảng dữ liệu."""


@tables.command("write-files")
def tables_write_files() -> None:
    """Tạo các tệp tải về còn thiếu, dọn các tệp không còn dùng."""
    summary = write_files(sweep=True)
    click.echo(
        f"Đã tạo {summary.files} tệp của {summary.tables} bảng, xóa {summary.removed} tệp;"
        f" {summary.failed} bảng không tạo được tệp."
    )
    if summary.failed:
        click.echo("Lý do nằm trong nhật ký.", err=True)
        sys.exit(1)
