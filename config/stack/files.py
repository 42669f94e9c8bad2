"""Small files: written whole or not at all, and readable by their owner only where they hold secrets."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write(path: Path, text: str, mode: int = 0o644) -> bool:
    """Put `text` into `path` in one step. Returns whether anything changed."""
    if path.is_file() and path.stat().st_mode & 0o777 == mode and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    draft.replace(path)
    return True


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; an absent file is an empty one."""
    if not path.exists():
        return {}
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: dict[str, Any], mode: int = 0o644) -> None:
    """Put a JSON object into `path` in one step."""
    write(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", mode)


def fingerprint(*parts: str | Path) -> str:
    """Hash texts and the content of files, to tell whether something changed since."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(f"{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def tree(folders: Iterable[Path], suffixes: set[str]) -> list[Path]:
    """List the files under `folders` that end in one of `suffixes`, sorted."""
    found = (path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if path.is_file())
