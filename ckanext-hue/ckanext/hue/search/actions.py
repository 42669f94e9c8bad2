"""What applications ask of the search beyond CKAN's `package_search`."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from . import suggesting


@tk.side_effect_free
def hue_search_suggest(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What somebody who is typing may be looking for among the public datasets.

    :param q: what is typed so far, with or without accents; at least 2, at most 100 characters count

    :returns: {"query": q, "suggestions": list of at most 8 {"kind", "text", "url", "note"}}; kind is dataset,
        words, field, agency or place, note the agency or how many datasets there are
    """
    tk.check_access("hue_search_suggest", context, data_dict)
    typed = data_dict.get("q", "")
    if not isinstance(typed, str):
        raise tk.ValidationError({"q": [tk._("This is a text")]})
    typed = typed[: suggesting.MAX_TYPED]
    return {"query": typed, "suggestions": suggesting.suggestions(typed)}
