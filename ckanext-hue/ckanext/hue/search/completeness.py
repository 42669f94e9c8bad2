"""Whether a search found what has all of its words, or only datasets with some of them."""

from __future__ import annotations

from . import public, query
from .connecting import connection


def has_all_words_somewhere(typed: str) -> bool:
    """Whether a public dataset has all the words of a search, as each search of few words asks for.

    Raises SolrError when Solr does not answer.
    """
    words = query.plain_words(typed)
    if query.is_field_query(typed) or len(words.split()) <= query.ALL_OF:
        return True
    found = connection(decode_dates=False).search(
        words,
        defType="edismax",
        qf=query.QUERY_FIELDS,
        mm="100%",
        bf="",
        fq=public.filters(),
        rows=0,
    )
    return found.hits > 0
