"""Headers on every answer: a Content-Security-Policy, nosniff, and CORS for anonymous reads."""

from __future__ import annotations

import re

import ckan.plugins.toolkit as tk
from ckan.types import CKANApp, Response

from . import config

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    # CKAN's templates and its form widgets carry style attributes.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
# Forms for signed-in publishers use CKAN's and scheming's inline handlers.
_FORM_VIEWS = re.compile(r"\.(new|edit|create|bulk_process)$")
_OPEN_PATHS = re.compile(
    r"^/([a-z]{2}/)?(api/|datastore/dump/|download/|catalog\.|dataset/[^/]+\.[a-z]+$|dataset/.+/download/"
    r"|dataset/[^/]+/croissant\.jsonld$|feeds/)"
)
# The one page that other sites may put into a frame; it shows what everybody may see, and sets no cookie.
_FRAMED = "hue_explorer.embed"
_WITH_MAPS = re.compile(r"(_resource\.read|^hue_explorer\.embed)$")
_READS = ("GET", "HEAD", "OPTIONS")


def protect(app: CKANApp) -> CKANApp:
    """Add the headers to each answer of the application."""
    app.after_request(_add_headers)
    return app


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if config.site_url().startswith("https://"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if (tk.request.endpoint or "").endswith("resource.download"):
        # An uploaded HTML or SVG file shown inline would run in the portal's own origin.
        disposition = headers.get("Content-Disposition", "attachment")
        headers["Content-Disposition"] = disposition.replace("inline", "attachment", 1)
    if tk.request.method in _READS and _OPEN_PATHS.match(tk.request.path):
        # Without Allow-Credentials browsers send no cookies: others read what anyone may read.
        headers.setdefault("Access-Control-Allow-Origin", "*")
        headers.setdefault("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        headers.setdefault("Access-Control-Allow-Headers", "Authorization, Content-Type")
    return response


def _policy() -> str:
    policy = dict(_POLICY)
    if _FORM_VIEWS.search(tk.request.endpoint or ""):
        policy["script-src"] += " 'unsafe-inline'"
    host = config.map_host() if _WITH_MAPS.search(tk.request.endpoint or "") else ""
    if host:
        policy["connect-src"] += f" {host}"
        policy["img-src"] += f" {host} blob:"
    if tk.request.endpoint == _FRAMED:
        policy["frame-ancestors"] = "*"
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
