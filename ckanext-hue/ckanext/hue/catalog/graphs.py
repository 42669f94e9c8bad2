"""The graphs that the profile makes: of a dataset, and of the catalogue itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rdflib import Graph, URIRef

from ckanext.dcat.processors import RDFSerializer
from ckanext.hue.quality import measuring
from ckanext.hue.quality.measuring import Measured

from . import addresses


def of_dataset(dataset: dict[str, Any], *, measured: Mapping[str, Measured] | None = None) -> Graph:
    """All that is said of one dataset, which is as `package_show` gives it.

    `measured` are measurements of datasets by id (`measuring.of_datasets`), read when none are given.
    """
    serializer = RDFSerializer()
    serializer.graph_from_dataset(dataset)
    if measured is None:
        measured = measuring.of_datasets([dataset["id"]])
    measuring.describe(serializer.g, URIRef(addresses.dataset(dataset["id"])), measured.get(dataset["id"]))
    return serializer.g


def of_catalog() -> Graph:
    """All that is said of the catalogue, without its datasets."""
    serializer = RDFSerializer()
    serializer.graph_from_catalog()
    return serializer.g
