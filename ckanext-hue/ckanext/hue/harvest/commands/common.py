"""How the commands say what went wrong, and how a job stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ckanext.hue.harvest.errors import HarvestError
from ckanext.hue.harvest.reports import Status
from ckanext.hue.harvest.states import JOB_STATES
from ckanext.hue.harvesters.errors import SourceError


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Print known errors as one Vietnamese sentence, with exit code 1."""
    try:
        yield
    except (HarvestError, SourceError) as error:
        raise click.ClickException(str(error)) from error


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command whose known errors are printed as one Vietnamese sentence, with exit code 1."""

    def decorate(function: Callable[..., None]) -> click.Command:
        def call(**values: Any) -> None:
            with errors_as_messages():
                function(**values)

        call.__doc__ = function.__doc__
        call.__click_params__ = getattr(function, "__click_params__", [])  # pyright: ignore[reportFunctionMemberAccess]
        return group.command(name)(call)

    return decorate


def summary(status: Status) -> str:
    """How a job stands, in one line."""
    held = f"chờ duyệt {status.held}, " if status.held else ""
    return (
        f"{status.source_name}: {JOB_STATES[status.state]}; danh mục {status.listed or 0} bảng; "
        f"công bố {status.done}, không đổi {status.unchanged or 0}, đóng {status.closed}, "
        f"vắng mặt {status.gone}, {held}lỗi {status.failed}, còn lại {status.waiting}; {status.rows} bản ghi"
    )
