"""`ckan hue quality`: count scores, check links and publish the scores now instead of at their time."""

from __future__ import annotations

import click

from . import jobs, overview, publication


@click.group(short_help="Chất lượng siêu dữ liệu.")
def quality() -> None:
    """Chất lượng siêu dữ liệu: điểm, liên kết, bảng điểm."""


@quality.command()
@click.option("--publish", is_flag=True, help="Công bố bảng điểm sau khi chấm.")
def run(publish: bool) -> None:
    """Chấm các bộ dữ liệu đã thay đổi và kiểm tra các liên kết đến hạn."""
    summary = jobs.run()
    sums = overview.sums()
    click.echo(
        f"Đã chấm {summary.scored} bộ dữ liệu (lỗi {summary.failed}), kiểm tra {summary.checked} liên kết."
        f" Điểm trung vị của cổng: {sums.median if sums.median is not None else 'chưa có'}."
    )
    if publish:
        written = publication.publish()
        click.echo("Đã công bố bảng điểm." if written else "Bảng điểm không đổi.")
