"""The portal behind real nginx."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

CONFIG = Path(__file__).parents[3] / "config"
if str(CONFIG) not in sys.path:
    sys.path.insert(0, str(CONFIG))
PASSWORD = "mat-khau-thu-1"
START_SECONDS = 20
KEPT_SECONDS = 1


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def cache(self) -> str:
        """MISS, HIT and so on; empty when the cache was not asked."""
        return self.headers.get("X-Cache") or ""


@dataclass(frozen=True)
class Front:
    """nginx before the portal. `host` is its address without the scheme."""

    host: str

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Ask over a connection of its own; underscores in names of headers stand for hyphens."""
        with closing(http.client.HTTPConnection(self.host, timeout=60)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))

    def sign_in(self, name: str) -> requests.Session:
        session = requests.Session()
        login = f"http://{self.host}/user/login"
        token = token_of(session.get(login, timeout=60).text)
        given = {"login": name, "password": PASSWORD, "_csrf_token": token}
        signed = session.post(login, given, timeout=60, allow_redirects=False)
        assert signed.status_code == 302
        return session

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"


def token_of(page: str) -> str:
    found = re.search(r'name="_csrf_token"[^>]*?(?:content|value)="([^"]+)"', page)
    assert found, "the page has no token"
    return found[1]


@pytest.fixture(scope="session")
def behind_nginx(
    ini: str,
    application: Any,
    serve: Callable[[Path, str], str],
    free_address: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[int], Front]]:
    """Start a portal behind nginx whose pages are kept for so many seconds."""
    with ExitStack() as stack:

        def start(seconds: int) -> Front:
            folder = tmp_path_factory.mktemp("nginx")
            text = Path(ini).read_text(encoding="utf-8")
            setting = "ckanext.hue.pages.shared_seconds"
            changed = text.replace(f"\n{setting} = 0\n", f"\n{setting} = {seconds}\n")
            assert changed != text
            keeping = folder / "ckan.ini"
            keeping.write_text(changed, encoding="utf-8")
            inner = serve(keeping, free_address()).removeprefix("http://")
            return Front(stack.enter_context(running_nginx(folder / "cổng dữ liệu", free_address(), inner)))

        yield start


@pytest.fixture(scope="session")
def front(behind_nginx: Callable[[int], Front]) -> Front:
    """The portal with pages that stay in the cache for as long as a test takes."""
    return behind_nginx(600)


@pytest.fixture(scope="session")
def hurried_front(behind_nginx: Callable[[int], Front]) -> Front:
    """The portal with pages that the cache keeps for a second."""
    return behind_nginx(KEPT_SECONDS)


@contextmanager
def running_nginx(folder: Path, outer: str, inner: str) -> Iterator[str]:
    """nginx with the portal's settings between two addresses, as long as the block runs."""
    from stack import nginx

    nginx.write(folder, *(int(address.rpartition(":")[2]) for address in (outer, inner)))
    process = subprocess.Popen(nginx.server_command(folder), stdout=subprocess.DEVNULL)
    try:
        _wait(outer, process)
        yield outer
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(host: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            assert Front(host).ask("/nginx-health").status == 200
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail("nginx did not start")


@pytest.fixture
def page(dataset: Callable[..., dict[str, Any]]) -> str:
    """The path of a page that nobody has asked for."""
    return f"/dataset/{dataset()['name']}"


@pytest.fixture
def person() -> Callable[[], str]:
    """Make a user, whose name stands on every page that they see."""
    import ckan.plugins.toolkit as tk

    def make() -> str:
        name = f"nguoi-{uuid.uuid4().hex[:10]}"
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        tk.get_action("user_create")(
            {"ignore_auth": True, "user": user},
            {"name": name, "email": f"{name}@example.vn", "password": PASSWORD, "fullname": f"Họ tên {name}"},
        )
        return name

    return make


@pytest.fixture
def act() -> Callable[..., Any]:
    """Call an action as the site's own user."""
    import ckan.plugins.toolkit as tk

    def call(name: str, /, **values: Any) -> Any:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        return tk.get_action(name)({"ignore_auth": True, "user": user}, values)

    return call
