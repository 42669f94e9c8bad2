"""Datasets like one: those that share keywords, a field or words of the title. One question to Solr."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hue.search.away import NO_ANSWER

log = logging.getLogger(__name__)

MOST = 4
MAX_TAGS = 10
MAX_WORDS = 10
MIN_WORD = 3  # letters
MAX_TERM = 100  # characters
_REFUSED = re.compile(r"[{}]|_(?:query|val)_", re.IGNORECASE)  # CKAN takes it for a question in a question


def of_dataset(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Public datasets like this one, the likest first; without any where nothing is shared."""
    asked = _question(dataset)
    if not asked:
        return []
    try:
        found = tk.get_action("package_search")(
            {"user": "", "ignore_auth": False},
            {
                "q": asked,
                "fq": f"-id:{_quoted(dataset['id'])}",
                "rows": MOST,
                "facet": "false",
                "sort": "score desc, metadata_modified desc",
            },
        )
    except NO_ANSWER:
        # The page is complete without its relatives.
        log.warning("datasets like %s could not be searched for", dataset["id"], exc_info=True)
        return []
    return found["results"]


def _question(dataset: Mapping[str, Any]) -> str:
    tags = [tag["name"] for tag in dataset.get("tags") or () if not _REFUSED.search(tag["name"])][:MAX_TAGS]
    fields = [group["name"] for group in dataset.get("groups") or ()]
    words = re.findall(rf"\w{{{MIN_WORD},}}", dataset.get("title") or "")[:MAX_WORDS]
    parts = [("tags", tags, 4), ("groups", fields, 2), ("title", words, 1)]
    return " OR ".join(f"{field}:({_any(values)})^{boost}" for field, values, boost in parts if values)


def _any(values: Iterable[str]) -> str:
    return " OR ".join(_quoted(value) for value in values)


def _quoted(value: str) -> str:
    """A phrase of Solr's, whatever it holds. JSON's escapes of quotes and backslashes are Solr's too."""
    return json.dumps(value[:MAX_TERM].replace("\x00", " "), ensure_ascii=False)
