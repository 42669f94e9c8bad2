"""`ckan hue search …`: the search index."""

from __future__ import annotations

import sys

import click
from pysolr import SolrError

from . import rebuilding


@click.group()
def search() -> None:
    """Chỉ mục tìm kiếm."""


@search.command()
@click.option("--anew", is_flag=True, help="Làm lại từ đầu, không tiếp tục lần bị ngắt trước.")
@click.option("--from-database", is_flag=True, help="Đọc lại mọi bộ dữ liệu từ cơ sở dữ liệu (chậm hơn).")
@click.option("--purpose", default="", help="Chỉ tiếp tục lần bị ngắt có cùng mục đích này.")
@click.option("--quiet", is_flag=True, help="Không báo tiến độ.")
def rebuild(anew: bool, from_database: bool, purpose: str, quiet: bool) -> None:
    """Lập lại chỉ mục tìm kiếm theo từng đợt; bị ngắt thì lần sau làm tiếp."""

    def tell(progress: rebuilding.Progress) -> None:
        if not quiet:
            click.echo(f"  {progress.done}/{progress.total} bộ dữ liệu")

    try:
        done = rebuilding.rebuild(tell, purpose=purpose, anew=anew, from_database=from_database)
    except SolrError as error:
        raise click.ClickException(
            f"Máy tìm kiếm không trả lời; chạy lại lệnh này để làm tiếp. {error}"
        ) from error
    click.echo(rebuilding.summary(done))
    sys.exit(1 if done.refused else 0)
