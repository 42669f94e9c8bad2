"""Refuse forms that another site sent in a person's name."""

from __future__ import annotations

from ckan.config.middleware.flask_app import csrf


def refuse_forged_requests() -> None:
    """For a blueprint's `before_request`. Without exemptions: CKAN exempts a view for good once somebody
    without a session has asked for it."""
    csrf.protect()
