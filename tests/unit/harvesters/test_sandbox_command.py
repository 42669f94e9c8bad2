"""The sandbox platform as a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests

COMMAND = [sys.executable, "-X", "utf8", "-m", "ckanext.hue.harvesters.sandbox"]


def refused(*options: str) -> str:
    """What the command says when it does not start."""
    ended = subprocess.run([*COMMAND, *options], capture_output=True, encoding="utf-8", timeout=60)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_it_serves_until_it_is_ended(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id": 1}]', encoding="utf-8")
    (tmp_path / "b.json").write_text("[", encoding="utf-8")
    command = [*COMMAND, "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None and process.stderr is not None
            address = process.stdout.readline().split(": ", 1)[1].strip()
            assert requests.get(f"{address}/bang/a", timeout=10).json() == [{"id": 1}]
            assert "b.json" in process.stderr.readline()
        finally:
            process.terminate()
            process.wait(timeout=10)


@pytest.mark.parametrize(
    "options, complaint",
    [
        (["--port", "0", "--data", "khong-co"], "Không có thư mục dữ liệu khong-co"),
        (["--port", "0", "--tables", "0"], "Số bảng phải từ 1"),
        (["--port", "99999"], "Không mở được cổng 99999"),
        ([], "--port"),
    ],
)
def test_it_says_why_it_does_not_start(options: list[str], complaint: str) -> None:
    assert complaint in refused(*options)
