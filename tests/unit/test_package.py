"""The package builds into a wheel that works without the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LOOK = """
import site, sys
site.addsitedir(sys.argv[1])
import ckanext.hue, ckanext.hue.harvesters.sandbox, ckanext.hue.schemas
from importlib.resources import files
for package in (ckanext.hue, ckanext.hue.harvesters.sandbox, ckanext.hue.schemas):
    assert package.__file__.startswith(sys.argv[1]), package.__file__
import yaml
for name in ("dataset.yaml", "organization.yaml", "group.yaml", "presets.yaml"):
    assert yaml.safe_load(files("ckanext.hue.schemas").joinpath(name).read_text(encoding="utf-8"))
print(ckanext.hue.schemas.vocabulary("fields")[0].label("vi"))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that the checkout stays clean."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(target), str(source)]
    subprocess.run(command, check=True)
    [built] = target.glob("*.whl")
    return built


def test_the_wheel_imports_with_its_yaml(wheel: Path, tmp_path: Path) -> None:
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(tmp_path),
        str(wheel),
    ]
    subprocess.run(install, check=True)
    command = [sys.executable, "-X", "utf8", "-c", LOOK, str(tmp_path)]
    looked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert looked.returncode == 0, looked.stderr
    assert looked.stdout.strip()


def test_the_wheel_carries_every_file_of_the_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    roots = {"ckanext-hue/": "", "schemas/": "ckanext/hue/schemas/", "harvesters/": "ckanext/hue/harvesters/"}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        for folder, prefix in roots.items():
            if name.startswith(folder) and name != "ckanext-hue/ckanext/__init__.py":
                assert prefix + name.removeprefix(folder) in held, f"{name} is not in the wheel"


def test_every_direct_dependency_is_explained() -> None:
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    declared = re.search(r"install_requires=.*?entry_points", setup, re.S)
    assert declared
    names = {re.split(r"[\[=<>]", entry)[0] for entry in re.findall(r'"([A-Za-z][^"]*)"', declared[0])}
    explained = set(re.findall(r"^\| ([\w-]+) \|", (ROOT / "docs/dependencies.md").read_text("utf-8"), re.M))
    assert names - {"stack", "test"} <= explained


def test_every_direct_dependency_is_locked() -> None:
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    locked = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    declared = re.search(r"install_requires=.*?entry_points", setup, re.S)
    assert declared
    names = {re.split(r"[\[=<>]", entry)[0] for entry in re.findall(r'"([A-Za-z][^"]*)"', declared[0])}
    assert {name.lower() for name in names} - {"stack", "test"} <= locked
