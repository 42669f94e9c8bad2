"""A search by words as people type them, where CKAN would hand the text to Solr as it is.

`config/solr/conf` says how text is compared; here stands in which fields, and how much each counts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

MAX_TYPED = 500  # characters; what comes after is not searched
MAX_WORDS = 40  # of which each is looked for in every field
QUERY_FIELDS = (
    "title^5 hue_keywords^2.5 hue_columns^1.5 hue_agency^2 hue_field^1.5 hue_places^1.5 hue_english^2"
    " res_name^1 notes^1.5 text^0.3"
)
# How many words a dataset must have: both of two, two of three, half of more. A syllable of Vietnamese is
# half a word, so more would lose what one other word keeps away; what has all of them comes first anyway.
ALL_OF = 2
LEAST_WORDS = f"{ALL_OF}<67% 3<50%"
TIE = "0.25"
RAISING = ("query($hue_accents)", "query($hue_pairs)")
NOTHING = "-*:*"
_EVERYTHING = ("", "*:*", '""', "''")
_OWN_SETTINGS = ("qf", "defType", "mm", "tie")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_SIGNS = re.compile(r'[\\/+\-&|!(){}\[\]^"~*?:<>\x00-\x1f\x7f\ud800-\udfff]')
# Letters with their marks alone: "-huế", but no range of years and no name with a hyphen
_EXCLUDED = re.compile(r"(?:^|\s)-([^\W\d_]+)(?=\s|$)")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
# Names are bounded: without that, a text of many beginnings of names would be read once for each of them.
_FIELD = re.compile(
    r"(?:^|[\s(+\-!])(?:\*|(?:extras|vocab|res_extras|harvest|hue)_[\w\-]{1,100}|id|name|title|title_string"
    r"|notes|tags|groups|organization|owner_org"
    r"|author|author_email|maintainer|maintainer_email|license|license_id|url|version"
    r"|state|capacity|private|type|dataset_type|entity_type|site_id|text|metadata_created|metadata_modified"
    r"|res_(?:name|description|format|url|type)|identifier|frequency|access_rights|dcat_type|source_system"
    r"|title_en|issued|modified|language|theme|creator_user_id|num_resources|num_tags|isopen):(?=\S)"
)


def in_vietnamese(search: dict[str, Any]) -> dict[str, Any]:
    """Have words looked for in our fields; not for who names fields or has settings."""
    typed = search.get("q")
    if (
        not isinstance(typed, str)
        or typed.strip() in _EVERYTHING
        or any(search.get(name) for name in _OWN_SETTINGS)
    ):
        return search
    if is_field_query(typed):
        return search
    words = plain_words(typed)
    if not words:
        return {**search, "q": NOTHING}
    asked = search.get("bf") or ()
    return {
        **search,
        "q": words,
        "defType": "edismax",
        "qf": QUERY_FIELDS,
        "mm": LEAST_WORDS,
        "tie": TIE,
        "bf": [*([asked] if isinstance(asked, str) else asked), *RAISING],
    }


def with_any_word(search: dict[str, Any]) -> dict[str, Any]:
    """The same question as Solr gets it, where a dataset need not have every word.

    CKAN says AND of the words as of the filters, whatever `mm` says, and lets no other word about it through.
    """
    if search.get("qf") != QUERY_FIELDS:
        return search
    words = {"q": "{!edismax q.op=OR v=$hue_words}", "hue_words": search["q"]}
    return {**search, **words, "defType": "lucene"}


def is_field_query(typed: str) -> bool:
    """Whether it is written for Solr, as programs do, and whole: `title:"x" AND tags:y`."""
    if not _FIELD.search(typed):
        return False
    outside = re.sub(r'\\.|"(?:\\.|[^"\\])*"', "", typed, flags=re.DOTALL)
    return '"' not in outside and _is_balanced(outside)


def plain_words(typed: str) -> str:
    """What was typed as words and "phrases" without any sign that Solr would read as an order.

    Empty when no word is left. AND, OR and NOT are orders only to those who know them, and are left out. What
    has a word with a minus before it is left out, as in stock CKAN, when other words are looked for.
    """
    text = unicodedata.normalize("NFC", typed[:MAX_TYPED]).translate(_QUOTES)
    parts = text.split('"')
    if len(parts) % 2 == 0:  # a quotation that does not end is none
        parts = [" ".join(parts)]
    left = MAX_WORDS
    wanted: list[str] = []
    for place, part in enumerate(parts):
        words = [word for word in _SIGNS.sub(" ", part).split() if word not in _OPERATORS][:left]
        left -= len(words)
        if place % 2:
            wanted += [f'"{" ".join(words)}"'] if words else []
        else:
            excluded = set(_EXCLUDED.findall(part))
            wanted += [f"-{word}" if word in excluded else word for word in words]
    nothing_else = all(word.startswith("-") for word in wanted)
    return " ".join(word.removeprefix("-") if nothing_else else word for word in wanted)


def _is_balanced(text: str) -> bool:
    closing = {")": "(", "]": "[{", "}": "[{"}
    opened: list[str] = []
    for sign in text:
        if sign in "([{":
            opened.append(sign)
        elif sign in closing and (not opened or opened.pop() not in closing[sign]):
            return False
    return not opened
