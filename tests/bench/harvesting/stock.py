"""The stock arm of the harvest benches: ckanext-harvest with a harvester of the platform, then xloader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import children, stock_arm
from measuring.children import BenchError

from stack import files

_SETTINGS = {
    "ckan.plugins": f"{stock_arm.PLUGINS} harvest platform_harvester",
    "ckan.harvest.mq.type": "redis",
}
_ENTRY_POINT = "[ckan.plugins]\nplatform_harvester = stock_platform:PlatformHarvester\n"
_METADATA = "Metadata-Version: 2.1\nName: stock-platform\nVersion: 1\n"


@dataclass(frozen=True, slots=True)
class StockHarvest:
    """A running stock CKAN that can harvest platforms."""

    stock: stock_arm.Stock

    def add_source(self, name: str, address: str) -> str:
        """Add a platform as a source; its id."""
        return _call("add_source", name=name, address=address)

    def harvest(self, source_id: str, expected: dict[str, int]) -> float:
        """Harvest in one process; seconds. Raises BenchError unless all objects ended as expected."""
        done = _call("harvest", source_id=source_id)
        if done["objects"] != expected:
            raise BenchError(f"CKAN gốc thu thập không trọn vẹn: {done}, cần {expected}.")
        return done["seconds"]

    def published(self, source_id: str) -> dict[str, str]:
        """The resource of each table, by the table's id at the source."""
        return _call("published", source_id=source_id)

    def load_tables(self, source_id: str) -> float:
        """Load the tables of a harvested source by one worker of xloader; its seconds, without its start."""
        _call("queue_tables", resource_ids=list(self.published(source_id).values()))
        return self.stock.load_queued()


@contextmanager
def site(folder: Path) -> Iterator[StockHarvest]:
    """A fresh stock CKAN with the harvester, removed at the end; it is installed already."""
    _register()
    with stock_arm.site(folder, _SETTINGS) as stock:
        yield StockHarvest(stock)


def _register() -> None:
    """Tell the stock environment of the plugin beside this file: CKAN finds plugins by entry points alone."""
    [packages] = stock_arm.VENV.glob("lib/python*/site-packages")
    folder = packages / "stock_platform-1.dist-info"
    folder.mkdir(exist_ok=True)
    files.write(folder / "METADATA", _METADATA)
    files.write(folder / "entry_points.txt", _ENTRY_POINT)


def _call(action: str, **arguments: Any) -> Any:
    return children.call(
        stock_arm.PYTHON,
        "stock_harvest_child",
        action,
        stock_arm.environment(),
        folder=stock_arm.HARVESTING,
        **arguments,
    )
