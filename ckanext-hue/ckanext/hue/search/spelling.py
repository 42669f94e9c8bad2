"""What was meant by words that find next to nothing.

Solr offers other words, taken apart or joined, that do find something; they are folded, so the words are
given back as the found datasets write them: "thu tuc hanh chnih" is «thủ tục hành chính».
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ckanext.hue.slug import fold

from . import public, query
from .connecting import connection

FEW = 2  # results up to which another spelling is looked for
MAX_TYPED = 200  # characters
EXAMPLES = 10  # datasets whose words show how something is written
_WORD = re.compile(r"\w+")
Written = dict[tuple[str, ...], str]


def meant(typed: str, count: int) -> str | None:
    """Other words for `typed`, which found `count` datasets; None when there are no better ones.

    Raises SolrError when Solr does not answer.
    """
    if count > FEW or len(typed) > MAX_TYPED or query.is_field_query(typed):
        return None
    words = query.plain_words(typed).replace('"', " ").split()
    better = _respelled(words, found=count > 0) if words else None
    if better is None:
        return None
    shown = _as_written(better, _examples(better))
    return None if fold(shown).split() == fold(" ".join(words)).split() else shown


def _respelled(words: Sequence[str], *, found: bool) -> list[str] | None:
    """The best words that are found together, without accents.

    Where the words themselves found something, others must stand side by side somewhere: «bệnh viện» is not
    «bình», «viên» of two sentences.
    """
    answer = connection(decode_dates=False).search(
        " ".join(words), search_handler="spelling", defType="lucene", fq=public.filters()
    )
    offered = [one for one in _collations(answer.raw_response.get("spellcheck", {})) if one["hits"]]
    if not offered:
        return None
    queries = [fold(one["collationQuery"]).replace("(", " ").replace(")", " ") for one in offered]
    beside = _side_by_side(queries)
    order = [
        (_distance(words, text), -beside[place], -offered[place]["hits"], place)
        for place, text in enumerate(queries)
        if beside[place] or not found
    ]
    return queries[min(order)[-1]].split() if order else None


def _side_by_side(queries: Sequence[str]) -> list[int]:
    """In how many datasets all words of each of these stand side by side."""
    parser = "{{!edismax key={name} qf=text_pairs q.op=OR mm=100% bf='' v=${name}}}"
    named = {f"words{place}": text for place, text in enumerate(queries)}
    found = connection(decode_dates=False).search(
        "*:*",
        defType="lucene",
        fq=public.filters(),
        rows=0,
        facet="true",
        **{"facet.query": [parser.format(name=name) for name in named]},
        **named,
    )
    return [found.facets["facet_queries"][name] for name in named]


def _collations(spelled: dict[str, Any]) -> list[dict[str, Any]]:
    """Solr lists them as "collation", {…}, "collation", {…}."""
    return [one for one in spelled.get("collations", ()) if isinstance(one, dict)]


def _distance(words: Sequence[str], offered: str) -> int:
    """How many letters are others now; blanks, and letters that changed places, are none."""
    before, after = (Counter("".join(fold(text).split())) for text in ("".join(words), offered))
    return sum(((before - after) + (after - before)).values())


def _examples(words: Sequence[str]) -> list[str]:
    """Titles and keywords of datasets that have these words."""
    found = connection(decode_dates=False).search(
        " ".join(words),
        defType="edismax",
        qf="title^3 hue_keywords^2 text",
        mm="100%",
        bf="query($hue_pairs)",
        hue_words=" ".join(words),
        fq=public.filters(),
        fl="title,tags",
        rows=EXAMPLES,
    )
    return [text for one in found.docs for text in (one["title"], *one.get("tags", ()))]


def _as_written(words: Sequence[str], examples: Iterable[str]) -> str:
    """The words with the accents they have in these texts, the longest runs first."""
    written = _runs(examples, len(words))
    shown: list[str] = []
    place = 0
    while place < len(words):
        length = next(
            (n for n in range(len(words) - place, 0, -1) if tuple(words[place : place + n]) in written), 0
        )
        shown.append(written[tuple(words[place : place + length])] if length else words[place])
        place += length or 1
    return " ".join(shown)


def _runs(examples: Iterable[str], longest: int) -> Written:
    counted: dict[tuple[str, ...], Counter[str]] = {}
    for text in examples:
        words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
        for start in range(len(words)):
            for end in range(start + 1, min(start + longest, len(words)) + 1):
                run = words[start:end]
                counted.setdefault(tuple(map(fold, run)), Counter())[" ".join(run)] += 1
    return {folded: forms.most_common(1)[0][0] for folded, forms in counted.items()}
