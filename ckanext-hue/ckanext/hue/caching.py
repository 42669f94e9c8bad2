"""What caches between the portal and its readers may keep, and for how long.

Pages that are the same for everybody may be kept by nginx for a few seconds. All else is for one reader:
what somebody who signed in sees, what bears a token or sets a cookie, what was asked for with an API token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import ckan.plugins.toolkit as tk
from ckan.types import CKANApp, Response
from flask import session
from werkzeug.datastructures import Headers

from . import config

Kind = Literal["live", "settled"]

PRIVATE = "private, no-store"
# A page of data must leave the public at once when its dataset does, so it is kept for seconds; what people
# wrote about the portal may stand a minute, and for a day while the portal itself is down.
SETTLED_SECONDS = 60
SETTLED_ON_ERROR = 86_400
LIVE_ON_ERROR = 60

# The pages that are the same for all who did not sign in.
PUBLIC_PAGES: dict[str, Kind] = {
    "home.index": "live",
    "dataset.search": "live",
    "dataset.read": "live",
    "dataset_resource.read": "live",
    "resource.read": "live",
    "organization.index": "live",
    "organization.read": "live",
    "organization.about": "live",
    "group.index": "live",
    "group.read": "live",
    "group.about": "live",
    "activity.package_activity": "live",
    "activity.organization_activity": "live",
    "activity.group_activity": "live",
    "hue_quality.portal": "live",
    "hue_quality.agency": "live",
    "hue_searching.suggest": "live",
    "hue.developers": "live",
    "hue_explorer.embed": "live",
    "hue_explorer.panel": "live",
    "hue_explorer.points": "live",
    "hue_explorer.row": "live",
    "home.about": "settled",
    "hue.terms": "settled",
    "hue.guide": "settled",
    "hue.agencies_guide": "settled",
    "hue.accessibility": "settled",
}
# Files of the portal itself: the same for everybody, under whatever name they are asked for.
_FILES = frozenset({"static", "webassets.index"})
_READS = frozenset({"GET", "HEAD"})


def hue_plain_page() -> bool:
    """Whether the page being made carries no token against forged requests and none of CKAN's own scripts.

    Those are for who signed in, and for the pages where one signs in.
    """
    return not tk.current_user.is_authenticated and not (tk.request.endpoint or "").startswith("user.")


def control(app: CKANApp) -> CKANApp:
    """Let each answer say who may keep it; CKAN's own functions have the word before."""
    app.after_request_funcs.setdefault(None, []).insert(0, _say_who_may_keep)
    app.wsgi_app = _CookiesAreOnesOwn(app.wsgi_app)
    return app


def _say_who_may_keep(response: Response) -> Response:
    endpoint = tk.request.endpoint or ""
    if endpoint in _FILES:
        return response
    if response.status_code >= 500:
        # Who asks cannot be looked up where the database is what failed.
        response.headers["Cache-Control"] = PRIVATE
    elif tk.request.method not in _READS or _is_personal():
        said = response.cache_control
        # A download that its reader keeps, and asks about each time, may stay so.
        if not (said.private and said.no_cache):
            response.headers["Cache-Control"] = PRIVATE
    elif endpoint in PUBLIC_PAGES and response.status_code == 200 and config.shared_seconds():
        response.headers["Cache-Control"] = _shared(PUBLIC_PAGES[endpoint])
        if response.is_sequence and not response.get_etag()[0]:
            # Weak: nginx compresses the page.
            response.add_etag(weak=True)
            response.make_conditional(tk.request.environ)
    return response


def _is_personal() -> bool:
    """Whether the answer depends on who asked. A token against forged requests stands in the session."""
    token_header = tk.config["apitoken_header_name"]
    headers = tk.request.headers
    return (
        tk.current_user.is_authenticated
        or bool(session)
        or token_header in headers
        or "Authorization" in headers
    )


def _shared(kind: Kind) -> str:
    """The header Cache-Control of a page of this kind. Browsers always ask again, and mostly get a 304."""
    seconds = config.shared_seconds()
    on_error = LIVE_ON_ERROR
    if kind == "settled":
        seconds, on_error = max(seconds, SETTLED_SECONDS), SETTLED_ON_ERROR
    return (
        f"public, max-age=0, s-maxage={seconds}, stale-while-revalidate={seconds}, stale-if-error={on_error}"
    )


class _CookiesAreOnesOwn:
    """Whatever the code behind says: an answer that sets a cookie is for one reader alone.

    A message that is shown in the request that made it lets CKAN take back a session that it never gave; who
    brought no cookie gets none.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said = Headers(headers)
            cookies = said.getlist("Set-Cookie")
            if "HTTP_COOKIE" not in environ:
                cookies = [cookie for cookie in cookies if "; Max-Age=0;" not in cookie]
            if cookies:
                said["Cache-Control"] = PRIVATE
            said.setlist("Set-Cookie", cookies)
            return start_response(status, said.to_wsgi_list(), *rest)

        return self._app(environ, start)
