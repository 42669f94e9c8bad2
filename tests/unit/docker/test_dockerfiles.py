"""The Dockerfiles: what goes in, from where, and as whom it runs."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest

NAMES = ("portal", "solr", "nginx")


def instructions(root: Path, name: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile in order: keyword and the rest, lines joined."""
    text = (root / "docker" / name / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(keyword, rest) for keyword, _, rest in (line.partition(" ") for line in joined.splitlines())]


def stages(root: Path, name: str) -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage, FROM first, by the stage's name."""
    found: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] = []
    for keyword, rest in instructions(root, name):
        if keyword == "FROM":
            current = found.setdefault(rest.partition(" AS ")[2] or name, [])
        current.append((keyword, rest))
    return found


def sources(root: Path, name: str) -> list[str]:
    """What a Dockerfile copies out of the repository."""
    copies = [shlex.split(rest) for keyword, rest in instructions(root, name) if keyword in ("COPY", "ADD")]
    return [source for words in copies if not words[0].startswith("--from=") for source in words[:-1]]


def is_sent(root: Path, path: str) -> bool:
    """Whether .dockerignore lets a path into the build context.

    The last rule that fits the path or a folder above it decides.
    """
    sent = True
    steps = [path, *(str(parent) for parent in PurePosixPath(path).parents if str(parent) != ".")]
    for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines():
        rule = line.strip()
        if rule and not rule.startswith("#"):
            pattern = rule.removeprefix("!")
            if any(fits(pattern, step) for step in steps):
                sent = rule.startswith("!")
    return sent


def fits(pattern: str, path: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatchcase(PurePosixPath(path).name, pattern.removeprefix("**/"))
    return pattern.count("/") == path.count("/") and fnmatchcase(path, pattern)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_copied_is_there_and_sent(root: Path, name: str) -> None:
    assert sources(root, name)
    for source in sources(root, name):
        assert (root / source).exists(), source
        assert is_sent(root, source), source


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".hue/secrets.json",
        "docker/.env",
        "docker/tls/privkey.pem",
        "tests/unit/test_package.py",
        "config/stack/__pycache__/wsgi.cpython-311.pyc",
        "schemas/__pycache__",
        "ckanext-hue/ckanext_hue.egg-info/PKG-INFO",
    ],
)
def test_secrets_data_and_leftovers_stay_out_of_the_context(root: Path, path: str) -> None:
    assert not is_sent(root, path)


@pytest.mark.parametrize("name", NAMES)
def test_bases_are_pinned_to_a_version(root: Path, name: str) -> None:
    own = set(stages(root, name))
    bases = [rest.split()[0] for keyword, rest in instructions(root, name) if keyword == "FROM"]
    assert bases
    for base in bases:
        assert base in own or re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", base), base


@pytest.mark.parametrize(
    ("name", "stage", "user"), [("portal", "portal", "portal"), ("portal", "setup", "portal")]
)
def test_the_portals_images_do_not_run_as_root(root: Path, name: str, stage: str, user: str) -> None:
    users = [rest for keyword, rest in stages(root, name)[stage] if keyword == "USER"]
    assert users[-1] == user


def test_nginx_does_not_run_as_root(root: Path) -> None:
    assert [rest for keyword, rest in instructions(root, "nginx") if keyword == "USER"] == ["nginx"]


def test_solr_keeps_its_images_own_user(root: Path) -> None:
    assert not [rest for keyword, rest in instructions(root, "solr") if keyword == "USER"]


def test_no_compiler_is_in_what_runs(root: Path) -> None:
    built = stages(root, "portal")
    assert any("gcc" in rest for _, rest in built["build"])
    for stage in ("portal", "setup"):
        installed = " ".join(rest for keyword, rest in built[stage] if keyword == "RUN")
        assert not re.search(r"\b(gcc|g\+\+|build-essential|\S+-dev)\b", installed)
    assert built["setup"][0] == ("FROM", "portal AS setup")


def test_the_environment_is_made_of_the_projects_wheel_and_the_lock(root: Path) -> None:
    built = stages(root, "portal")
    commands = " ".join(rest for keyword, rest in built["build"] if keyword == "RUN")
    assert "pip wheel --no-deps" in commands
    assert "install -c requirements.lock /wheels/*.whl" in commands
    assert ("COPY", "--from=build /opt/portal/venv /opt/portal/venv") in built["portal"]


def test_python_reads_files_as_utf8(root: Path) -> None:
    settings = " ".join(rest for keyword, rest in stages(root, "portal")["portal"] if keyword == "ENV")
    assert "PYTHONUTF8=1" in settings.split()


def test_every_package_folder_of_setup_is_copied(root: Path) -> None:
    text = (root / "setup.py").read_text(encoding="utf-8")
    block = re.search(r"package_dir=\{(.*?)\}", text, re.DOTALL)
    assert block
    folders = set(re.findall(r': "([^"]+)"', block.group(1)))
    assert folders and folders <= set(sources(root, "portal"))


def test_solr_has_the_version_of_hue_up_and_the_icu_analysis(root: Path) -> None:
    pom = (root / "config" / "solr" / "pom.xml").read_text(encoding="utf-8")
    version = re.search(r"<artifactId>solr-core</artifactId>\s*<version>([^<]+)<", pom)
    assert version
    found = instructions(root, "solr")
    assert found[0] == ("FROM", f"solr:{version.group(1)}")
    assert ("ENV", "SOLR_MODULES=analysis-extras") in found


def test_the_web_server_finds_its_application(root: Path) -> None:
    (command,) = [rest for keyword, rest in stages(root, "portal")["portal"] if keyword == "CMD"]
    assert '"wsgi:application"' in command and '"--pythonpath=/opt/portal"' in command
    assert "config/stack/wsgi.py" in sources(root, "portal")
