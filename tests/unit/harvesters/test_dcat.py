"""A DCAT catalogue is believed only when every page of it came, and its datasets as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.harvesters import dcat, errors
from ckanext.hue.harvesters.base import Access, TableEntry
from ckanext.hue.harvesters.dcat import DcatSource

Portal = Callable[..., Any]

PREFIXES = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix e: <http://e.vn/> .
e:catalog a dcat:Catalog .
"""
RICH = """
e:catalog dcat:dataset e:a .
e:a a dcat:Dataset ; dct:identifier "H57-1" ; dct:title "Markets"@en, "Chợ "@vi ;
  dct:description "Các chợ."@vi ;
  dct:modified "2026-10-01T08:00:00+07:00" ; dcat:keyword "b", "a" ;
  dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/MONTHLY> ;
  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/HEAL>, e:theme ;
  dct:publisher [ a foaf:Agent ; foaf:name "Sở Y tế"@vi ; dct:identifier "H57.12" ] ;
  dcat:contactPoint [ vcard:fn "Văn phòng" ;
    vcard:hasEmail <mailto:vp@e.vn> ; vcard:hasTelephone <tel:0234> ] ;
  dcat:distribution e:d1, e:d2 .
e:theme a skos:Concept ; skos:prefLabel "Công Thương"@vi .
e:d1 dct:license <http://creativecommons.org/licenses/by/4.0/> .
e:d2 dct:license <http://creativecommons.org/licenses/by/4.0/> .
"""


def turtle(text: str) -> tuple[str, str]:
    return "text/turtle", PREFIXES + text


def entries(base: str, **settings: Any) -> list[TableEntry]:
    return list(DcatSource(Access(base, allow_private_host=True, settings=settings)).listing())


def one(portal: Portal, text: str) -> list[TableEntry]:
    return entries(portal(lambda _: lambda path, query: turtle(text)).base)


def numbered(count: int, first: int = 0) -> str:
    return "".join(f'e:n{n} a dcat:Dataset ; dct:title "{n}" . ' for n in range(first, first + count))


@pytest.mark.parametrize(
    "link", ['hydra:next "{url}"', "hydra:nextPage <{url}>", "hydra:next <?page={page}>"]
)
def test_pages_are_followed_in_both_vocabularies_of_hydra(portal_of_others: Portal, link: str) -> None:
    def say(other: Any) -> Any:
        def answer(path: str, query: dict[str, str]) -> tuple[str, str]:
            page = int(query.get("page", 1))
            following = link.format(url=f"{other.base}{path}?page={page + 1}", page=page + 1)
            more = f"; {following}" if page < 3 else ""
            return turtle(f"{numbered(2, 2 * page)} [] a hydra:PagedCollection ; hydra:totalItems 6 {more} .")

        return answer

    assert len(entries(f"{portal_of_others(say).base}/catalog.ttl")) == 6


@pytest.mark.parametrize("total", [1, 3, 999])
def test_a_catalogue_with_another_number_of_datasets_than_it_says_is_incomplete(
    portal_of_others: Portal, total: int
) -> None:
    with pytest.raises(errors.IncompleteListing, match="mô tả 2"):
        one(portal_of_others, f"{numbered(2)} [] hydra:totalItems {total} .")


def test_a_dataset_that_is_named_but_not_described_makes_the_catalogue_incomplete(
    portal_of_others: Portal,
) -> None:
    with pytest.raises(errors.IncompleteListing, match="không mô tả"):
        one(portal_of_others, f"{numbered(1)} e:catalog dcat:dataset e:n0, e:n1 .")


def test_a_total_that_changes_from_page_to_page_is_noticed(portal_of_others: Portal) -> None:
    def say(other: Any) -> Any:
        def answer(path: str, query: dict[str, str]) -> tuple[str, str]:
            page = len(query)
            paging = f'hydra:totalItems {2 + page} ; hydra:next "{other.base}/?page=2"'
            return turtle(f"{numbered(1, page)} [] {paging} .")

        return answer

    with pytest.raises(errors.IncompleteListing, match="thay đổi"):
        entries(portal_of_others(say).base)


def test_pages_that_go_round_in_circles_are_left(portal_of_others: Portal) -> None:
    def say(other: Any) -> Any:
        def answer(path: str, query: dict[str, str]) -> tuple[str, str]:
            page = int(query.get("page", 0))
            return turtle(f'{numbered(1, page)} [] hydra:next "{other.base}/?page={1 + (page + 1) % 3}" .')

        return answer

    other = portal_of_others(say)
    with pytest.raises(errors.IncompleteListing, match="vòng tròn"):
        entries(other.base)
    assert len(other.requests) <= 5


def test_pages_without_end_are_left_when_nothing_new_comes(portal_of_others: Portal) -> None:
    def say(other: Any) -> Any:
        def answer(path: str, query: dict[str, str]) -> tuple[str, str]:
            return turtle(
                f'{numbered(1)} [] hydra:next "{other.base}/?page={int(query.get("page", 0)) + 1}" .'
            )

        return answer

    other = portal_of_others(say)
    with pytest.raises(errors.IncompleteListing, match="không có bộ dữ liệu mới"):
        entries(other.base)
    assert len(other.requests) == 2


def test_pages_without_end_are_left_at_the_limit(
    portal_of_others: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dcat, "MAX_PAGES", 4)

    def say(other: Any) -> Any:
        def answer(path: str, query: dict[str, str]) -> tuple[str, str]:
            page = int(query.get("page", 0))
            return turtle(f'{numbered(1, page)} [] hydra:next "{other.base}/?page={page + 1}" .')

        return answer

    other = portal_of_others(say)
    with pytest.raises(errors.IncompleteListing, match="nhiều hơn 4 trang"):
        entries(other.base)
    assert len(other.requests) == 4


@pytest.mark.parametrize(
    "link", ["http://127.0.0.1:9/?page=2", "file:///etc/passwd", "https://e.vn/x", "http://[/", "//e.vn/x"]
)
def test_a_next_page_elsewhere_is_not_asked_for(portal_of_others: Portal, link: str) -> None:
    other = portal_of_others(lambda _: lambda path, query: turtle(f'{numbered(1)} [] hydra:next "{link}" .'))
    with pytest.raises(errors.SourceError):
        entries(other.base)
    assert len(other.requests) == 1


@pytest.mark.parametrize(
    "body", ["<html><body>Bảo trì</body></html>", '{"a": 1}', "", "<http://e.vn/x> a <y> ."]
)
def test_an_answer_that_is_no_catalogue_is_no_empty_one(portal_of_others: Portal, body: str) -> None:
    with pytest.raises((errors.NotRdf, errors.IncompleteListing)):
        entries(portal_of_others(lambda _: lambda path, query: ("text/plain", body)).base)


def test_an_entry_says_what_the_catalogue_says(portal_of_others: Portal) -> None:
    [entry] = one(portal_of_others, RICH)
    assert (entry.remote_id, entry.title, entry.access) == ("H57-1", "Chợ", "mo")
    assert (entry.agency_code, entry.agency_name, entry.field_code) == ("H57.12", "Sở Y tế", "cong-thuong")
    assert (entry.updated, entry.keywords) == ("2026-10-01T08:00:00+07:00", ("a", "b"))
    assert entry.license == "http://creativecommons.org/licenses/by/4.0/"
    assert (entry.contact.name, entry.contact.email, entry.contact.phone) == ("Văn phòng", "vp@e.vn", "0234")
    assert (entry.document_form, entry.tells_changes) == ("dcat", True)


def test_an_unchanged_catalogue_has_equal_fingerprints_and_a_changed_one_has_not(
    portal_of_others: Portal,
) -> None:
    [first], [again] = one(portal_of_others, RICH), one(portal_of_others, RICH)
    [changed] = one(portal_of_others, RICH.replace("Văn phòng", "Phòng"))
    assert first.fingerprint() == again.fingerprint() != changed.fingerprint()


@pytest.mark.parametrize(
    ("right", "access"), [("RESTRICTED", "dung-chung"), ("NON_PUBLIC", "noi-bo"), ("PUBLIC", "mo")]
)
def test_a_dataset_that_is_not_open_is_not_published(
    portal_of_others: Portal, right: str, access: str
) -> None:
    uri = f"<http://publications.europa.eu/resource/authority/access-right/{right}>"
    [entry] = one(portal_of_others, f"e:a a dcat:Dataset ; dct:accessRights {uri} .")
    assert entry.access == access


def test_a_theme_of_the_eu_becomes_the_nearest_field(portal_of_others: Portal) -> None:
    theme = "<http://publications.europa.eu/resource/authority/data-theme/HEAL>"
    [entry] = one(portal_of_others, f"e:a a dcat:Dataset ; dcat:theme {theme}, <javascript:x> .")
    assert entry.field_code == "y-te"


def test_a_dataset_without_any_identity_is_reported(portal_of_others: Portal) -> None:
    entries = one(portal_of_others, f'{numbered(1)} [] a dcat:Dataset ; dct:title "Không mã" .')
    assert sorted(bool(entry.problem) for entry in entries) == [False, True]


def test_two_datasets_under_one_identifier_are_reported(portal_of_others: Portal) -> None:
    text = 'e:a a dcat:Dataset ; dct:identifier "1" . e:b a dcat:Dataset ; dct:identifier "1" .'
    first, second = one(portal_of_others, text)
    assert (first.remote_id, bool(first.problem)) == ("1", False)
    assert (second.remote_id[:12], bool(second.problem)) == ("http://e.vn/", True)


def test_a_title_of_a_megabyte_is_cut(portal_of_others: Portal) -> None:
    [entry] = one(portal_of_others, f'e:a a dcat:Dataset ; dct:title "{"dài " * 2**18}" .')
    assert len(entry.title) <= dcat.MAX_LINE and len(entry.document) < 100_000


def test_an_answer_beyond_the_limit_is_not_read(portal_of_others: Portal) -> None:
    other = portal_of_others(lambda _: lambda path, query: turtle(numbered(100)))
    source = DcatSource(Access(other.base, allow_private_host=True))
    source.client.max_bytes = 1_000
    with pytest.raises(errors.TooLarge):
        list(source.listing())


def test_the_query_of_the_first_page_is_a_setting(portal_of_others: Portal) -> None:
    other = portal_of_others(lambda _: lambda path, query: turtle(numbered(1)))
    entries(f"{other.base}/catalog.ttl", query={"fq": "organization:so-y-te"})
    assert other.requests == [("/catalog.ttl", {"fq": "organization:so-y-te"}, "")]


def test_a_private_address_is_refused_unless_allowed(portal_of_others: Portal) -> None:
    other = portal_of_others(lambda _: lambda path, query: turtle(numbered(1)))
    with pytest.raises(errors.AddressRefused):
        list(DcatSource(Access(other.base)).listing())
    assert other.requests == []
