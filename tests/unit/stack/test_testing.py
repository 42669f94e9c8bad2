from __future__ import annotations

from pathlib import Path

import pytest

from stack import paths, testing
from stack.errors import StackError


@pytest.fixture(autouse=True)
def tests_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with unit and integration tests and an empty folder for the browser's."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(testing, "TESTS", tmp_path / "tests")
    for name in (
        "unit/test_a.py",
        "unit/sub/test_b.py",
        "integration/test_c.py",
        "browser/conftest.py",
        "bench/x.py",
    ):
        file = tmp_path / "tests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tests"


def chosen(*arguments: str) -> dict[str, list[str]]:
    return {stage.name: given for stage, given in testing.select(arguments)}


def test_without_arguments_every_stage_that_has_tests_runs(tests_folder: Path) -> None:
    assert chosen() == {
        "unit": [str(tests_folder / "unit")],
        "integration": [str(tests_folder / "integration")],
    }


def test_a_path_chooses_its_stage_only() -> None:
    assert chosen("tests/unit/test_a.py", "-x") == {"unit": ["tests/unit/test_a.py", "-x"]}


def test_a_single_test_can_be_named() -> None:
    assert chosen("tests/integration/test_c.py::test_it") == {
        "integration": ["tests/integration/test_c.py::test_it"]
    }


def test_paths_of_two_stages_run_apart() -> None:
    assert chosen("tests/unit", "tests/integration", "-q") == {
        "unit": ["tests/unit", "-q"],
        "integration": ["tests/integration", "-q"],
    }


def test_an_option_alone_goes_to_every_stage(tests_folder: Path) -> None:
    assert chosen("-k", "unit") == {
        "unit": [str(tests_folder / "unit"), "-k", "unit"],
        "integration": [str(tests_folder / "integration"), "-k", "unit"],
    }


def test_a_path_outside_the_stages_is_refused() -> None:
    with pytest.raises(StackError, match=r"tests/bench/x\.py"):
        chosen("tests/bench/x.py")


@pytest.mark.parametrize(("codes", "expected"), [([0, 0], 0), ([0, 3], 3), ([2, 0], 2), ([1, 4], 1)])
def test_all_checks_run_and_the_first_failure_decides(
    codes: list[int], expected: int, capsys: pytest.CaptureFixture[str], hue: Path
) -> None:
    checks = [
        testing.Check(f"bước {number}", ["sh", "-c", f"exit {code}"]) for number, code in enumerate(codes)
    ]
    assert testing.report(checks, {}) == expected
    printed = capsys.readouterr().out
    assert all(f"bước {number}" in printed for number in range(len(codes)))
    assert ("Tất cả các bước đều đạt." in printed) is (expected == 0)


def test_a_stage_without_a_selected_test_is_no_failure_beside_another(hue: Path) -> None:
    nothing = testing.Check("không có", ["sh", "-c", "exit 5"], nothing_is_fine=True)
    passed = testing.Check("có", ["true"])
    assert testing.report([nothing, passed], {}) == 0
    assert testing.report([nothing], {}) == 5
