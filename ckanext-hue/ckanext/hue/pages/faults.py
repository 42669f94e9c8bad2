"""The page of a fault when even the portal's own page of errors fails, as without a database."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

import ckan.plugins.toolkit as tk
from ckan.types import CKANApp, Response
from flask import Response as FlaskResponse
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)

_PAGES = Path(__file__).parents[1] / "templates" / "hue" / "fault"
_FAULT = 500


def protect(app: CKANApp) -> CKANApp:
    """Answer a fault with the portal's page of errors, else with one that needs nothing."""
    app.register_error_handler(Exception, answer)
    return app


def answer(error: Exception) -> Response | tuple[str, int] | HTTPException:
    """What people read after a fault that nobody expected."""
    if isinstance(error, HTTPException):
        return error
    log.error("%s failed", tk.request.path, exc_info=error)
    try:
        return tk.render("error_document_template.html", {"code": _FAULT, "content": ""}), _FAULT
    except Exception:  # the page asks who is signed in, and any part may be away
        log.exception("The page of errors failed too")
        return FlaskResponse(_bare(_language()), _FAULT, mimetype="text/html")


def _language() -> str:
    return "en" if tk.request.environ.get("CKAN_LANG") == "en" else "vi"


@cache
def _bare(language: str) -> str:
    return (_PAGES / f"{language}.html").read_text(encoding="utf-8")
