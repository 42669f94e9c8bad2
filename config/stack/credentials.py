"""Passwords and keys: made at random once, kept under .hue/ for the owner's eyes only."""

from __future__ import annotations

import secrets

from stack import files, paths

NAMES = (
    "postgres_admin",
    "postgres_ckan",
    "postgres_writer",
    "postgres_reader",
    "redis",
    "supervisor",
    "secret_key",
    "api_token_key",
)


def load() -> dict[str, str]:
    """Return every secret by name, making those that do not exist yet."""
    known: dict[str, str] = files.read_json(paths.SECRETS)
    missing = {name: secrets.token_hex(24) for name in NAMES if name not in known}
    if missing:
        known |= missing
        files.write_json(paths.SECRETS, known, mode=0o600)
    return known


def admin_password() -> str:
    """Return the first administrator's password, making it the first time."""
    if paths.ADMIN_PASSWORD.exists():
        return paths.ADMIN_PASSWORD.read_text(encoding="utf-8").strip()
    password = secrets.token_urlsafe(15)
    files.write(paths.ADMIN_PASSWORD, password + "\n", mode=0o600)
    return password
