"""What is measured stands in a dataset's graph, breaks no shape and costs no statement in a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from rdflib import Graph, Namespace, URIRef

from ckanext.hue.catalog import addresses, graphs
from ckanext.hue.catalog.profile import lookups
from ckanext.hue.harvest.database import engine
from ckanext.hue.quality import measuring
from ckanext.hue.quality.measuring import DQV, Measured

Make = Callable[..., Any]
SHAPES = Path(__file__).parents[4] / "shared" / "shacl"
SH = Namespace("http://www.w3.org/ns/shacl#")


@contextmanager
def statements() -> Iterator[list[str]]:
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        made.append(statement)

    sa.event.listen(engine(), "before_cursor_execute", note)
    try:
        yield made
    finally:
        sa.event.remove(engine(), "before_cursor_execute", note)


@pytest.fixture
def measured(dataset: Make, score: Make) -> dict[str, Any]:
    """A dataset that was scored."""
    made = dataset(tags=[{"name": "thử"}])
    score()
    return tk.get_action("package_show")({"ignore_auth": True}, {"id": made["id"]})


def test_total_and_dimensions_are_measured(measured: dict[str, Any], quality: Make) -> None:
    graph = graphs.of_dataset(measured)
    found = {
        str(graph.value(one, DQV.isMeasurementOf)).rpartition("/")[2]: int(str(graph.value(one, DQV.value)))
        for one in graph.objects(URIRef(addresses.dataset(measured["id"])), DQV.hasQualityMeasurement)
    }
    told = quality(measured["id"])
    assert found == {"total": told.score, **told.dimensions}


def test_a_dataset_that_was_not_scored_has_no_measurement(dataset: Make) -> None:
    shown = tk.get_action("package_show")({"ignore_auth": True}, {"id": dataset()["id"]})
    assert not list(graphs.of_dataset(shown).subject_objects(DQV.hasQualityMeasurement))


def test_in_a_batch_a_graph_costs_no_statement(measured: dict[str, Any]) -> None:
    known = lookups.of([measured])
    with statements() as made:
        graph = graphs.of_dataset(measured, known)
    assert list(graph.subject_objects(DQV.hasQualityMeasurement))
    assert made == []


def test_measurements_break_no_shape(measured: dict[str, Any]) -> None:
    from pyshacl import validate

    if not SHAPES.is_dir():
        pytest.skip("SEMIC's shapes (../shared/shacl) are not beside this checkout")
    shapes = Graph()
    for name in ("shapes.ttl", "range.ttl"):
        shapes.parse(SHAPES / name)

    def found(graph: Graph) -> set[tuple[str, str]]:
        _, report, _ = validate(graph, shacl_graph=shapes, inference="none")
        assert isinstance(report, Graph)
        return {
            (str(report.value(one, SH.focusNode)), str(report.value(one, SH.resultPath)))
            for one in report.objects(None, SH.result)
        }

    bare, subject = Graph(), URIRef(addresses.dataset(measured["id"]))
    measuring.describe(bare, subject, Measured({"total": 300, "findability": 100}))
    assert found(bare) == set()
    whole = graphs.of_dataset(measured)
    without = graphs.of_dataset(measured, lookups.Lookups())
    measurements = set(whole.objects(subject, DQV.hasQualityMeasurement))
    assert measurements
    assert not {node for node, _ in found(whole)} & set(map(str, measurements))
    assert not list(without.objects(subject, DQV.hasQualityMeasurement))
