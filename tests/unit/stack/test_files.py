from __future__ import annotations

from pathlib import Path

from stack import files


def test_a_secret_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    target = tmp_path / "secrets.json"
    files.write(target, "{}", mode=0o600)
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_file_that_became_readable_is_closed_again(tmp_path: Path) -> None:
    target = tmp_path / "secrets.json"
    files.write(target, "{}", mode=0o600)
    target.chmod(0o644)
    assert files.write(target, "{}", mode=0o600) is True
    assert target.stat().st_mode & 0o777 == 0o600


def test_writing_the_same_text_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "cấu hình"
    assert files.write(target, "một") is True
    before = target.stat().st_mtime_ns
    assert files.write(target, "một") is False
    assert target.stat().st_mtime_ns == before


def test_a_draft_left_by_an_interrupted_run_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".state.json.new").write_text("half")
    files.write(tmp_path / "state.json", "whole")
    assert (tmp_path / "state.json").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_the_fingerprint_tells_where_one_part_ends() -> None:
    assert files.fingerprint("ab", "c") != files.fingerprint("a", "bc")


def test_the_fingerprint_follows_a_files_content(tmp_path: Path) -> None:
    source = tmp_path / "lock"
    source.write_text("a==1")
    before = files.fingerprint(source)
    source.write_text("a==2")
    assert files.fingerprint(source) != before


def test_an_absent_json_file_is_an_empty_object(tmp_path: Path) -> None:
    assert files.read_json(tmp_path / "nothing.json") == {}
