from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from stack import __main__ as command_line
from stack import commands, paths
from stack.errors import StackError

ROOT = Path(__file__).parents[3]


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.run(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for name in ("up", "down", "status", "logs", "reset", "test", "bench", "ckan", "harvest", "sandbox"):
        assert f"\n    {name} " in printed


@pytest.mark.parametrize(
    "arguments", [[], ["nhầm"], ["up", "--port", "80"], ["up", "--port", "năm"], ["harvest"], ["down", "--x"]]
)
def test_a_wrong_command_is_refused_in_vietnamese(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.run(arguments)
    assert ended.value.code == 2
    assert "Lỗi: " in capsys.readouterr().err


def test_options_after_ckan_are_ckans(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    action = (lambda arguments: given.append(arguments) or 0, "", "")
    monkeypatch.setitem(command_line.HANDED_ON, "ckan", action)
    assert command_line.run(["ckan", "--help"]) == 0
    assert given == [["--help"]]


def test_reset_does_nothing_when_nobody_can_be_asked(hue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("xóa\n"))
    assert commands.reset(confirmed=False) == 2
    assert hue.exists()


def test_reset_removes_the_data_and_keeps_the_programs(hue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed, kept = hue / "redis" / "dump", hue / "venv" / "bin"
    removed.write_text("data")
    kept.mkdir(parents=True)
    monkeypatch.setattr(commands, "DATA", (paths.REDIS, paths.SECRETS))
    assert commands.reset(confirmed=True) == 0
    assert not removed.exists()
    assert kept.exists()
    assert not paths.TRASH.exists()


@pytest.mark.parametrize("command", [["ckan", "user", "list"], ["harvest", "sandbox"]])
def test_a_portal_that_does_not_run_is_said_to_be_down(hue: Path, command: list[str]) -> None:
    with pytest.raises(StackError, match=r"\./hue up"):
        command_line.run(command)


def test_status_before_the_first_up_says_what_to_do(hue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.run(["status"]) == 1
    assert "./hue up" in capsys.readouterr().out


def test_an_unknown_bench_is_refused(hue: Path) -> None:
    with pytest.raises(StackError, match="không-có"):
        commands.bench(["không-có"])


def test_the_log_of_an_unknown_part_is_refused_with_the_known_ones(hue: Path) -> None:
    (paths.LOG / "web.log").touch()
    with pytest.raises(StackError, match="web"):
        commands.logs("nhầm", follow=False)


def test_the_shell_start_is_valid_and_runs_from_any_folder(tmp_path: Path) -> None:
    subprocess.run(["sh", "-n", ROOT / "hue"], check=True)
    done = subprocess.run(
        [ROOT / "hue", "--help"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "LANG": "C"},
        capture_output=True,
        check=True,
    )
    assert "Cổng dữ liệu mở Huế" in done.stdout.decode()
