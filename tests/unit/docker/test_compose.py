"""The compose files: what runs, what is open, what is secret."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from stack import postgres

ONE_SHOT = "setup"
SERVICES = ("nginx", "web", "worker", "scheduler", "setup", "postgres", "redis", "solr")
LASTING = tuple(name for name in SERVICES if name != ONE_SHOT)
REFERENCE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:[-?][^}]*)?\}")
SECRET_NAME = re.compile(r"PASSWORD|_KEY$|AUTH$")
# what differs in a container: addresses, and the memory that the machine has
OWN_TO_HUE_UP = {
    "listen_addresses",
    "port",
    "unix_socket_directories",
    "password_encryption",
    "shared_buffers",
}


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    return service.get("environment", {})


def test_the_parts_are_those_of_hue_up_and_nginx(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == set(SERVICES)


@pytest.mark.parametrize("name", LASTING)
def test_a_service_that_lasts_is_watched_and_restarted(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= check.keys()


def test_the_setup_ends_and_is_not_restarted(compose: dict[str, Any]) -> None:
    assert compose["services"][ONE_SHOT]["restart"] == "no"


@pytest.mark.parametrize("name", ["web", "worker", "scheduler"])
def test_ckan_starts_when_the_setup_has_done_its_work(compose: dict[str, Any], name: str) -> None:
    wanted = compose["services"][name]["depends_on"]
    assert wanted[ONE_SHOT] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", ["postgres", "redis", "solr"])
def test_the_setup_waits_until_the_servers_are_healthy(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][ONE_SHOT]["depends_on"][name] == {"condition": "service_healthy"}


def test_nothing_but_nginx_publishes_a_port(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if service.get("ports")] == ["nginx"]
    assert not [name for name, service in compose["services"].items() if "network_mode" in service]


def test_nothing_but_nginx_the_worker_and_the_scheduler_reaches_another_host(compose: dict[str, Any]) -> None:
    closed = {name for name, network in compose["networks"].items() if network and network.get("internal")}
    open_to = {name for name, service in compose["services"].items() if set(service["networks"]) - closed}
    assert open_to == {"nginx", "worker", "scheduler"}


def test_nginx_does_not_reach_the_databases(compose: dict[str, Any]) -> None:
    nginx = set(compose["services"]["nginx"]["networks"])
    for name in ("postgres", "redis", "solr"):
        assert nginx.isdisjoint(compose["services"][name]["networks"])


def test_networks_and_volumes_in_use_are_declared(compose: dict[str, Any]) -> None:
    services = compose["services"].values()
    networks = {name for service in services for name in service["networks"]}
    volumes = {source for service in services for source in sources_of(service) if not source.startswith(".")}
    assert networks == set(compose["networks"])
    assert volumes == set(compose["volumes"])


def sources_of(service: dict[str, Any]) -> list[str]:
    return [mount.split(":")[0] for mount in service.get("volumes", [])]


def test_every_mounted_file_exists_and_cannot_be_written(compose: dict[str, Any], root: Path) -> None:
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
    files = [mount for mount in mounts if mount.startswith((".", "/", "~"))]
    assert files
    for mount in files:
        source, _, options = mount.split(":")
        assert (root / "docker" / source).is_file()
        assert options == "ro"


def test_every_image_that_is_built_here_has_its_file_and_stage(compose: dict[str, Any], root: Path) -> None:
    built = {name: service["build"] for name, service in compose["services"].items() if "build" in service}
    assert set(built) == {"nginx", "web", "setup", "solr"}
    for build in built.values():
        assert (root / "docker" / build["context"]).resolve() == root
        text = (root / build["dockerfile"]).read_text(encoding="utf-8")
        if "target" in build:
            assert re.search(rf"^FROM \S+ AS {build['target']}$", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["worker", "scheduler"])
def test_all_of_ckan_is_one_image(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["image"] == compose["services"]["web"]["image"]


@pytest.mark.parametrize("name", ["web", "worker", "scheduler"])
def test_each_part_of_ckan_has_a_health_check_of_its_own(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["healthcheck"]["test"] == [
        "CMD",
        "python",
        "/opt/portal/health.py",
        name,
    ]


def test_the_commands_of_worker_and_scheduler_are_those_of_hue_up(compose: dict[str, Any]) -> None:
    for name, own in (("worker", ["jobs", "worker"]), ("scheduler", ["hue", "scheduler"])):
        assert compose["services"][name]["command"] == ["ckan", *own]


def test_foreign_images_are_pinned_to_a_version(compose: dict[str, Any]) -> None:
    foreign = {
        name: service["image"] for name, service in compose["services"].items() if "build" not in service
    }
    del foreign["worker"], foreign["scheduler"]
    assert set(foreign) == {"postgres", "redis"}
    for image in foreign.values():
        assert re.fullmatch(r"[a-z]+:\d+[\w.-]*", image)


def test_no_secret_stands_in_a_compose_file(compose: dict[str, Any]) -> None:
    seen = 0
    for service in compose["services"].values():
        for name, value in environment_of(service).items():
            if SECRET_NAME.search(name):
                seen += 1
                assert re.fullmatch(r"\$\{([A-Z_]+):\?Thiếu \1 trong docker/\.env\}", value), name
    assert seen >= 10


def test_a_missing_address_stops_compose_with_a_message(compose: dict[str, Any]) -> None:
    assert (
        environment_of(compose["services"]["web"])["SITE_URL"]
        == "${SITE_URL:?Thiếu SITE_URL trong docker/.env}"
    )


def test_just_the_setup_and_postgres_know_the_superusers_password(compose: dict[str, Any]) -> None:
    knowing = {
        name
        for name, service in compose["services"].items()
        if "POSTGRES_PASSWORD" in environment_of(service)
    }
    assert knowing == {"setup", "postgres"}


def test_the_example_names_just_the_variables_in_use(example: dict[str, str], root: Path) -> None:
    texts = [
        (root / "docker" / name).read_text(encoding="utf-8") for name in ("compose.yaml", "compose.tls.yaml")
    ]
    used = {name for text in texts for name, _ in REFERENCE.findall(text)}
    # COMPOSE_FILE is compose's own
    assert used | {"COMPOSE_FILE"} == set(example)


def test_the_example_has_values_for_nothing_but_the_compose_file(example: dict[str, str], root: Path) -> None:
    assert {name: value for name, value in example.items() if value} == {"COMPOSE_FILE": "compose.yaml"}
    assert (root / "docker" / example["COMPOSE_FILE"]).is_file()


def test_every_variable_is_explained(root: Path) -> None:
    lines = (root / "docker" / ".env.example").read_text(encoding="utf-8").splitlines()
    for above, line in pairwise(lines):
        if re.match(r"[A-Z_]+=", line):
            assert above.startswith("#") or re.match(r"[A-Z_]+=", above), line


def test_what_is_optional_has_a_default_that_an_empty_value_leaves(
    compose: dict[str, Any], root: Path
) -> None:
    for name in ("compose.yaml", "compose.tls.yaml"):
        text = (root / "docker" / name).read_text(encoding="utf-8")
        for variable, rule in REFERENCE.findall(text):
            assert rule.startswith((":?Thiếu ", ":-")) and len(rule) > 2, variable


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_rights_than_it_needs(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["mem_limit"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "solr"])
def test_a_containers_own_files_cannot_be_changed(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["read_only"] is True


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_foreign_images_do_not_run_as_root(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["user"] == name


def test_postgresql_has_the_settings_of_hue_up(compose: dict[str, Any]) -> None:
    lines = [line.partition("#")[0].strip() for line in postgres.SETTINGS.splitlines()]
    expected = dict(line.split(" = ", 1) for line in lines if line)
    command = compose["services"]["postgres"]["command"]
    assert command[0] == "postgres"
    given = dict(option.removeprefix("-c").split("=", 1) for option in command[1:])
    wanted = {name: value.strip("'") for name, value in expected.items() if name not in OWN_TO_HUE_UP}
    assert {name: value for name, value in given.items() if name != "shared_buffers"} == wanted


def test_https_adds_one_port_and_the_certificate(compose_tls: dict[str, Any], root: Path) -> None:
    assert set(compose_tls["services"]) == {"nginx"}
    nginx = compose_tls["services"]["nginx"]
    assert nginx["ports"] == ["${HTTPS_PORT:-443}:8443"]
    assert nginx["volumes"] == ["${TLS_FOLDER:-./tls}:/etc/nginx/tls:ro"]
    dockerfile = (root / "docker" / "nginx" / "Dockerfile").read_text(encoding="utf-8")
    assert f"AS {nginx['build']['target']}\n" in dockerfile


def test_secrets_on_disk_stay_out_of_git_and_images(root: Path) -> None:
    ignored = (root / "docker" / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "tls/"} <= set(ignored)
