"""`ckan hue reconcile`."""

from __future__ import annotations

import sys

import click

from ckanext.hue.harvest import reconcile as reconciler
from ckanext.hue.harvest.reconciling.report import Finding

from .common import errors_as_messages

_MARKS = {"mended": "✓", "planned": "•", "failed": "✗", "noted": "•"}


@click.command(short_help="Đối soát cổng với các nguồn và sửa chỗ khác nhau.")
@click.argument("name", required=False)
@click.option("--dry-run", is_flag=True, help="Chỉ so sánh và cho biết sẽ làm gì, không thay đổi gì.")
@click.option("--last", is_flag=True, help="Xem kết quả của lần đối soát toàn cổng gần nhất.")
def reconcile(name: str | None, dry_run: bool, last: bool) -> None:
    """So sánh nguồn, cơ sở dữ liệu, DataStore và Solr, rồi sửa chỗ khác nhau: toàn cổng, hoặc một nguồn."""
    with errors_as_messages():
        if last:
            _print_last()
            return
        report = reconciler.run(name, dry_run=dry_run)
    _print(report.findings)
    if report.failed:
        sys.exit(1)


def _print_last() -> None:
    runs = reconciler.history(1)
    if not runs:
        click.echo("Cổng chưa được đối soát lần nào.")
        return
    run = runs[0]
    end = f"{run.finished:%d/%m/%Y %H:%M}" if run.finished else "đang chạy hoặc bị ngắt"
    click.echo(f"Đối soát bắt đầu {run.started:%d/%m/%Y %H:%M}, kết thúc: {end}.")
    _print(run.findings)


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        click.echo(f"  {_MARKS[finding.outcome]} {finding.message}")
    counts = dict.fromkeys(_MARKS, 0)
    for finding in findings:
        counts[finding.outcome] += finding.count
    if not findings:
        click.echo("Nguồn, cơ sở dữ liệu, DataStore và Solr khớp nhau.")
    else:
        click.echo(
            f"Đã sửa {counts['mended']}, sẽ sửa {counts['planned']}, chưa sửa được {counts['failed']},"
            f" cần biết {counts['noted']}."
        )
