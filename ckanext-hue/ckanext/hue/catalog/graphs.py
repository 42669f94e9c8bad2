"""The graphs that the profile makes: of a dataset, and of the catalogue itself."""

from __future__ import annotations

from typing import Any

from rdflib import Graph

from ckanext.dcat.processors import RDFSerializer


def of_dataset(dataset: dict[str, Any]) -> Graph:
    """All that is said of one dataset, which is as `package_show` gives it."""
    serializer = RDFSerializer()
    serializer.graph_from_dataset(dataset)
    return serializer.g


def of_catalog() -> Graph:
    """All that is said of the catalogue, without its datasets."""
    serializer = RDFSerializer()
    serializer.graph_from_catalog()
    return serializer.g
