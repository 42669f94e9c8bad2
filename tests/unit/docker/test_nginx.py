"""nginx in front: its files hold together, and it leaves to CKAN what is CKAN's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = ("nginx.conf", "portal-http.conf", "portal.conf", "portal-tls.conf", "portal-locations.conf")
SERVERS = ("portal.conf", "portal-tls.conf")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HTTP2_DIRECTIVE = (1, 25, 1)


def read(root: Path, name: str) -> str:
    return (root / "config" / "nginx" / name).read_text(encoding="utf-8")


def directives(text: str) -> list[str]:
    """A file's directives without comments, spaces made one."""
    code = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return [" ".join(part.split()) for part in re.split(r"[;{}]", code) if part.strip()]


def version() -> tuple[int, ...]:
    printed = subprocess.run([NGINX or "", "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", printed)
    assert found
    return tuple(map(int, found.groups()))


@pytest.mark.parametrize("name", FILES)
def test_braces_and_quotes_are_closed(root: Path, name: str) -> None:
    code = re.sub(r"^\s*#.*$", "", read(root, name), flags=re.MULTILINE)
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", code)
    assert '"' not in bare and "'" not in bare
    depth = 0
    for sign in re.findall(r"[{}]", bare):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
@pytest.mark.parametrize("server", SERVERS)
def test_nginx_takes_the_configuration(root: Path, tmp_path: Path, server: str) -> None:
    if server == "portal-tls.conf" and version() < HTTP2_DIRECTIVE:
        pytest.skip("this nginx is older than the directive http2")
    for folder in ("conf.d", "cache", "tls"):
        (tmp_path / folder).mkdir()
    (tmp_path / "mime.types").write_text("types { text/html html; }", encoding="utf-8")
    moved = {
        "/etc/nginx": str(tmp_path),
        "/var/cache/nginx": str(tmp_path / "cache"),
        "/tmp/nginx.pid": str(tmp_path / "nginx.pid"),  # noqa: S108
        "/dev/stdout": str(tmp_path / "access.log"),
        "/dev/stderr": str(tmp_path / "error.log"),
    }
    for name in FILES:
        if name in SERVERS and name != server:
            continue
        place = "conf.d" if name == server else ""
        text = read(root, name)
        for old, new in moved.items():
            text = text.replace(old, new)
        (tmp_path / place / name).write_text(text, encoding="utf-8")
    if server == "portal-tls.conf":
        make_certificate(tmp_path / "tls")
    done = subprocess.run(
        [NGINX or "", "-t", "-e", tmp_path / "error.log", "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def make_certificate(folder: Path) -> None:
    """Make a certificate for this test only."""
    where = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
            *where,
        ],
        capture_output=True,
        check=True,
    )


@pytest.mark.parametrize("name", FILES)
def test_included_files_are_in_the_image(root: Path, name: str) -> None:
    dockerfile = (root / "docker" / "nginx" / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(rf"^COPY config/nginx/{name} /etc/nginx/", dockerfile, re.MULTILINE)


def test_what_a_server_includes_is_where_the_image_has_it(root: Path) -> None:
    dockerfile = (root / "docker" / "nginx" / "Dockerfile").read_text(encoding="utf-8")
    for name in SERVERS:
        assert "include /etc/nginx/portal-locations.conf" in directives(read(root, name))
    assert "COPY config/nginx/portal-locations.conf /etc/nginx/portal-locations.conf" in dockerfile


def test_uploads_may_be_as_big_as_ckan_takes_them(root: Path) -> None:
    template = (root / "config" / "ckan.ini.template").read_text(encoding="utf-8")
    largest = re.search(r"^ckan\.max_resource_size = (\d+)$", template, re.MULTILINE)
    limit = re.search(r"^client_max_body_size (\d+)m;$", read(root, "portal-http.conf"), re.MULTILINE)
    assert largest and limit
    # the form around the file needs a little room; CKAN's own refusal is the one that says why
    assert int(largest.group(1)) < int(limit.group(1)) <= int(largest.group(1)) + 10
    assert f"tới {largest.group(1)} MB" in read(root, "portal-locations.conf")


def test_ckan_learns_the_address_that_people_see(root: Path) -> None:
    found = directives(read(root, "portal-locations.conf"))
    for header in (
        "Host $http_host",
        "X-Forwarded-For $remote_addr",
        "X-Forwarded-Host $http_host",
        "X-Forwarded-Proto $public_scheme",
    ):
        assert f"proxy_set_header {header}" in found
    assert "set $public_scheme https" in directives(read(root, "portal-tls.conf"))
    assert "set $public_scheme $outer_scheme" in directives(read(root, "portal.conf"))


def test_security_headers_are_left_to_ckan(root: Path) -> None:
    added = [line for name in FILES for line in directives(read(root, name)) if line.startswith("add_header")]
    assert {line.split()[1] for line in added} == {"Cache-Control", "Retry-After", "X-Cache"}


def test_the_servers_version_is_not_told(root: Path) -> None:
    assert "server_tokens off" in directives(read(root, "portal-http.conf"))


@pytest.mark.parametrize(
    ("path", "is_kept_long"),
    [
        ("/webassets/base/f1c08bee_main.css", True),
        ("/webassets/ckanext-activity/8dd77216_activity.css", True),
        ("/webassets/base/main.css", False),
        ("/built/icons-8b7e7277.svg", True),
        ("/built/manifest.json", False),
        ("/dataset/built/icons-8b7e7277.svg", False),
        ("/dataset/webassets/x/f1c08bee_main.css", False),
    ],
)
def test_just_files_named_by_their_content_are_kept_for_good(
    root: Path, path: str, is_kept_long: bool
) -> None:
    pattern = re.search(r'location ~ "(\^/\(webassets[^"]*)"', read(root, "portal-locations.conf"))
    assert pattern
    assert bool(re.search(pattern.group(1), path)) is is_kept_long


def test_the_fonts_folder_of_the_theme_is_kept_long(root: Path) -> None:
    pattern = re.search(r'location ~ "(\^/\(fonts[^"]*)"', read(root, "portal-locations.conf"))
    fonts = root / "ckanext-hue" / "ckanext" / "hue" / "public" / "fonts"
    assert pattern and any(fonts.glob("*.woff2"))
    assert re.search(pattern.group(1), "/fonts/be-vietnam-pro-vietnamese-400-normal.woff2")
    assert not re.search(pattern.group(1), "/dataset/x/resource/y/download/fonts/a.woff2")


def test_what_is_compressed_includes_what_the_portal_serves(root: Path) -> None:
    (line,) = [line for line in directives(read(root, "portal-http.conf")) if line.startswith("gzip_types")]
    for kind in ("application/json", "application/ld+json", "application/rdf+xml", "text/csv", "text/turtle"):
        assert kind in line.split()


def test_the_ports_are_those_of_the_compose_files(root: Path) -> None:
    listening = {
        line for name in SERVERS for line in directives(read(root, name)) if line.startswith("listen")
    }
    assert listening == {"listen 8080 default_server", "listen 8443 ssl default_server"}
    for name in SERVERS:
        assert "set $portal web:5000" in directives(read(root, name))


def test_the_example_with_https_has_no_comments(root: Path) -> None:
    assert "#" not in read(root, "portal-tls.conf")


@pytest.mark.parametrize("name", SERVERS)
def test_the_health_check_answers_in_both(root: Path, name: str) -> None:
    texts = read(root, name) + (read(root, "portal-locations.conf") if name == "portal.conf" else "")
    assert "location = /nginx-health" in texts
