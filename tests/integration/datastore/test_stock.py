"""CKAN's own tests of reading from the DataStore hold for tables that the pipeline made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).parent
FILES = ("test_search.py", "test_info.py", "test_dump.py")
TIME_LIMIT = 600  # seconds


@pytest.fixture(scope="module")
def report(stock_ini: Path) -> tuple[ElementTree.Element, str]:
    """What CKAN's tests say, as JUnit's XML and as text: run once, in a process of its own."""
    folder = stock_ini.parent
    found = find_spec("ckanext.datastore.tests")
    assert found and found.origin
    tests = Path(found.origin).parent
    environment = {name: value for name, value in os.environ.items() if name != "CKAN_INI"}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-c", os.devnull, f"--rootdir={tests}"),
            *("-p", "tables_of_the_pipeline", "-p", "no:cacheprovider", "--strict-config"),
            *(f"--ckan-ini={stock_ini}", f"--junitxml={folder / 'report.xml'}", "-o", "junit_family=xunit1"),
            *(str(tests / name) for name in FILES),
        ],
        env={**environment, "PYTHONPATH": str(HERE), "PYTHONUTF8": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIME_LIMIT,
    )
    print(done.stdout, done.stderr, sep="\n")
    return ElementTree.parse(folder / "report.xml").getroot(), done.stdout  # noqa: S314


@pytest.mark.parametrize("name", FILES)
def test_ckans_own_tests_pass(report: tuple[ElementTree.Element, str], name: str) -> None:
    cases = [case for case in report[0].iter("testcase") if str(case.get("file")).endswith(name)]
    assert cases
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    assert not failed, [case.get("name") for case in failed]


def test_the_tables_were_made_by_the_pipeline(report: tuple[ElementTree.Element, str]) -> None:
    made = re.search(r"tables loaded by the pipeline: (\d+)", report[1])
    assert made and int(made[1]) > 100
