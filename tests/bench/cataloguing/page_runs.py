"""A page of the catalogue, one dataset, and answers that nothing changed, as their reader times them."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from measuring.children import BenchError
from measuring.figures import Row, alternate, spread
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from stack.steps import say

from .arms import Server
from .plan import Bench

FORMATS = ("ttl", "rdf", "jsonld")
PAGE_GOAL, DATASET_GOAL = 30, 10


def compare(bench: Bench) -> None:
    """Both arms must say the same: a page, and single datasets, in every format. Raises BenchError."""
    paths = ["/catalog", *(f"/dataset/{name}" for name in bench.names[:3])]
    for path in paths:
        wanted = _graph(bench.ours, f"{path}.nt")
        for server in (bench.ours, bench.stock):
            for format in FORMATS:
                if _graph(server, f"{path}.{format}") != wanted:
                    raise BenchError(f"{path}.{format}: hai bên không nói như nhau.")


def _graph(server: Server, path: str) -> Dataset:
    """What a document says but of itself as a page: the arms number and name their pages differently."""
    format = RdfFormat.from_extension(path.rpartition(".")[2])
    said = (
        quad for quad in parse(server.get(path).body, format=format) if "/catalog." not in str(quad.subject)
    )
    graph = Dataset(said)
    graph.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return graph


def pages(bench: Bench) -> list[Row]:
    """Milliseconds of a page."""
    rows: list[Row] = []
    title = f"page of {bench.sizes.datasets} datasets"
    for format in FORMATS:
        mine, others = _turns(bench, [f"/catalog.{format}"], format)
        bench.stock_pages[format] = others
        rows.append(Row.against(f"{title}, {format}", mine, others, "ms", PAGE_GOAL))
    alone = median(bench.ours, ["/catalog.nt"], bench.sizes.requests)
    packed = median(bench.ours, ["/catalog.ttl"], bench.sizes.requests, Accept_Encoding="gzip")
    return [
        *rows,
        Row(f"{title}, nt (ckanext-dcat has none)", spread([alone], "ms")),
        Row(f"{title}, ttl, compressed", spread([packed], "ms")),
    ]


def datasets(bench: Bench) -> list[Row]:
    """Milliseconds of one dataset's RDF."""
    rows: list[Row] = []
    for format in FORMATS:
        paths = [f"/dataset/{name}.{format}" for name in bench.names[: bench.sizes.single_requests]]
        mine, others = _turns(bench, paths, format)
        rows.append(Row.against(f"one dataset, {format}", mine, others, "ms", DATASET_GOAL))
    return rows


def unchanged(bench: Bench) -> list[Row]:
    """Milliseconds of a 304."""
    rows: list[Row] = []
    for title, path in (("one dataset", f"/dataset/{bench.names[0]}.ttl"), ("a page", "/catalog.ttl")):
        tag = bench.ours.get(path).headers["ETag"]
        times = [
            bench.ours.get(path, status=304, If_None_Match=tag).whole * 1000
            for _ in range(bench.sizes.requests)
        ]
        rows.append(Row(f"304, {title}", spread(times, "ms"), goal="without Solr"))
    return rows


def _turns(bench: Bench, paths: list[str], format: str) -> tuple[list[float], list[float]]:
    sizes = bench.sizes
    arms: dict[str, Callable[[], float]] = {
        "cổng": lambda: median(bench.ours, paths, sizes.requests),
        "ckanext-dcat": lambda: median(bench.stock, paths, sizes.stock_requests),
    }
    turns = alternate(arms, sizes.repeats, lambda arm, turn: say(f"  … {format}, {arm}, lượt {turn}"))
    return turns["cổng"], turns["ckanext-dcat"]


def median(server: Server, paths: list[str], requests: int, **headers: str) -> float:
    """Milliseconds of a request, the first one left out; several paths are asked for each."""
    server.get(paths[0], **headers)
    asked = paths if len(paths) > 1 else paths * requests
    return statistics.median([server.get(path, **headers).whole * 1000 for path in asked])
