"""`ckan hue scheduler`."""

from __future__ import annotations

import click

from ckanext.hue.harvest import scheduler as scheduling


@click.command(short_help="Bộ lập lịch: chạy việc đến hạn cho đến khi bị dừng.")
def scheduler() -> None:
    """Bộ lập lịch: xếp hàng các nguồn đến hạn, việc bị bỏ dở và việc định kỳ, cho đến khi được dừng."""
    scheduling.run()
