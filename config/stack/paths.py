"""Where everything lies. All that `./hue` makes stands under .hue/."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
HUE = ROOT / ".hue"

VENV = HUE / "venv"
PYTHON = VENV / "bin" / "python"
RUN = HUE / "run"
LOG = HUE / "log"
STORAGE = HUE / "storage"
SCREENSHOTS = HUE / "screenshots"
TRASH = HUE / "trash"

POSTGRES = HUE / "postgres"
REDIS = HUE / "redis"
NGINX = HUE / "nginx"
SOLR = HUE / "solr"

STATE = HUE / "state.json"
SECRETS = HUE / "secrets.json"
ADMIN_PASSWORD = HUE / "admin-password"
SUPERVISOR_CONFIG = HUE / "supervisord.conf"
CKAN_INI = HUE / "ckan.ini"


def make_folders() -> None:
    """Make the folders that several parts share; what is inside concerns only their owner."""
    HUE.mkdir(exist_ok=True)
    for folder in (RUN, LOG, STORAGE, REDIS, SOLR):
        folder.mkdir(mode=0o700, exist_ok=True)
