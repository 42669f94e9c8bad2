"""The portal's own actions, and those of CKAN that it changes; each stands in its room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .catalog import actions as catalog
from .harvest.actions import jobs as harvest_jobs
from .harvest.actions import reading as harvest_reading
from .harvest.actions import writing as harvest_writing
from .metadata import actions as metadata
from .pages import actions as pages
from .quality import actions as quality
from .reports import actions as reports
from .search import actions as search
from .search import showing
from .tables import actions as tables
from .tables.files import actions as files
from .tables.uploads import actions as uploads

ACTIONS: dict[str, Callable[..., Any]] = {
    name: function
    for room in (
        catalog,
        harvest_jobs,
        harvest_reading,
        harvest_writing,
        metadata,
        pages,
        quality,
        reports,
        search,
        showing,
        tables,
        files,
        uploads,
    )
    for name, function in vars(room).items()
    if name.startswith("hue_") or getattr(function, "chained_action", None) is True
}
