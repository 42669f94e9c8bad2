"""A published table for the explorer, and its pages as a reader gets them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def published(dataset: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Publish rows (dicts) as the table of a new dataset; the dataset with `table`, the resource's id."""
    from ckanext.hue.harvesters.base import Column, Page
    from ckanext.hue.tables.loading import drop, load

    made: list[str] = []

    def publish(rows: list[dict[str, Any]], *columns: Column, **values: Any) -> dict[str, Any]:
        table = str(uuid.uuid4())
        made.append(table)
        resources = [{"id": table, "name": "Bảng thử", "url_type": "datastore", "url": ""}]
        package = dataset(resources=resources, **values)
        load([Page("data", rows, columns)], lambda _list: table)
        return {**package, "table": table}

    yield publish
    drop(made)
