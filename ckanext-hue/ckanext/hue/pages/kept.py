"""Keep for seconds what is the same for everybody and costs a search."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import ckan.plugins.toolkit as tk

from ckanext.hue import config

T = TypeVar("T")


def briefly(function: Callable[[], T]) -> Callable[[], T]:
    """Let a process keep what the function answers, in each language, for as long as nginx keeps a page.

    The function must answer as for somebody who did not sign in. The answer is shared and stays as it is.
    """
    kept: dict[str, tuple[float, T]] = {}

    @wraps(function)
    def call() -> T:
        language = tk.h.lang()
        now = time.monotonic()
        found = kept.get(language)
        if found and now < found[0]:
            return found[1]
        value = function()
        kept[language] = (now + config.shared_seconds(), value)
        return value

    return call
