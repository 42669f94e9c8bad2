from __future__ import annotations

from pathlib import Path

import pytest

from stack import shell
from stack.errors import StackError


@pytest.mark.parametrize(
    "name",
    ["PGPORT", "PYTHONHOME", "CKAN_SQLALCHEMY_URL", "FLASK_APP", "VIRTUAL_ENV", "HUE_STACK", "LC_NUMERIC"],
)
def test_foreign_settings_do_not_reach_our_programs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "elsewhere")
    assert name not in shell.environment()


def test_our_programs_always_speak_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("LC_ALL", "POSIX")
    made = shell.environment()
    assert (made["LANG"], made["LC_ALL"], made["PYTHONUTF8"]) == ("C.UTF-8", "C.UTF-8", "1")


def test_a_missing_home_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert Path(shell.environment()["HOME"]).is_absolute()


def test_a_failing_program_is_reported_with_the_end_of_its_log(hue: Path) -> None:
    script = "for i in $(seq 100); do echo dòng $i; done; exit 3"
    with pytest.raises(StackError, match=r"Việc thử: thất bại \(mã 3\)") as raised:
        shell.run_logged(["sh", "-c", script], "thử", "Việc thử")
    assert "dòng 100" in str(raised.value)
    assert "dòng 1\n" not in str(raised.value)


def test_a_failing_programs_error_output_is_reported() -> None:
    with pytest.raises(StackError, match="không được"):
        shell.output_of(["sh", "-c", "echo không được >&2; exit 1"], "Việc thử")


def test_a_program_reads_its_password_from_us_and_not_from_the_terminal() -> None:
    assert shell.output_of(["sh", "-c", "read a; echo $a; tty || true"], "Việc thử", "bí mật\n") == (
        "bí mật\nnot a tty\n"
    )
