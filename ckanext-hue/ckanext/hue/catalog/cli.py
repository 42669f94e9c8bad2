"""`ckan hue catalog …`."""

from __future__ import annotations

import sys

import click

from ckanext.hue.catalog.fragments import keeping


@click.group()
def catalog() -> None:
    """Danh mục DCAT."""


@catalog.command(short_help="Cập nhật danh mục DCAT, đánh số lại.")
@click.option("--all", "all_", is_flag=True, help="Tạo lại mọi bộ dữ liệu, kể cả những bộ không đổi.")
def rebuild(all_: bool) -> None:
    """Đưa danh mục DCAT về đúng các bộ dữ liệu hiện có, đánh số lại cho liền nhau."""
    summary = keeping.rebuild(all_=all_)
    click.echo(
        f"Đã tạo {summary.stored} bộ dữ liệu, bỏ {summary.removed}; {summary.failed} bộ không tạo được."
    )
    if summary.failed:
        click.echo("Lý do nằm trong nhật ký.", err=True)
    if not summary.whole:
        click.echo("Một lượt cập nhật khác đang chạy; hãy thử lại sau.", err=True)
    if summary.failed or not summary.whole:
        sys.exit(1)
