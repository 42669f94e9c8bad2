"""Pages on which servers list a folder: only files of that folder are taken, by addresses that lead back."""

from __future__ import annotations

import pytest

from ckanext.hue.harvesters import errors, folders

TOP = "https://nguon.example/du-lieu/"


def page(*links: str) -> str:
    return "<html><body>" + "".join(f'<a href="{link}">x</a>' for link in links) + "</body></html>"


def files(*links: str, top: str = TOP) -> tuple[str, ...]:
    return folders.read(page(*links), top, top).files


def test_the_page_of_nginx() -> None:
    text = (
        "<html>\r\n<head><title>Index of /du-lieu/</title></head>\r\n<body>\r\n<hr>"
        '<pre><a href="../">../</a>\r\n<a href="2024/">2024/</a>   01-Jan-2024 00:00   -\r\n'
        '<a href="B%E1%BA%A3ng%201.csv">Bảng 1.csv</a>   01-Jan-2024 00:00   12\r\n</pre>'
        "<hr></body>\r\n</html>\r\n"
    )
    assert folders.read(text, TOP, TOP) == folders.Links(("Bảng 1.csv",), ("2024/",))


def test_the_page_of_apache() -> None:
    text = (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html><head></head>'
        '<body><h1>Index of /du-lieu</h1><table><tr><th><a href="?C=N;O=D">Name</a></th></tr>'
        '<tr><td><a href="/">Parent Directory</a></td></tr>'
        '<tr><td><a href="a.csv">a.csv</a></td></tr><tr><td><a href="a.csv">a.csv</a></td></tr>'
        "</table></body></html>"
    )
    assert folders.read(text, TOP, TOP) == folders.Links(("a.csv",), ())


@pytest.mark.parametrize(
    "link",
    [
        "/a.csv",
        "../a.csv",
        "../du-lieu-khac/a.csv",
        "https://khac.example/du-lieu/a.csv",
        "https://nguon.example:8443/du-lieu/a.csv",
        "http://nguon.example/du-lieu/a.csv",
        "//khac.example/du-lieu/a.csv",
        "https://nguon.example@khac.example/du-lieu/a.csv",
        "https://a:b@nguon.example/du-lieu/a.csv",
        "%2e%2e/a.csv",
        "x/%2e%2e/%2e%2e/a.csv",
        "x/..%2f..%2fa.csv",
        "%2E%2E%2Fa.csv",
        "a.csv?x=1",
        "file:///du-lieu/a.csv",
        "javascript:alert(1)",
        "mailto:a@nguon.example",
        "data:text/csv,a",
        "http://[::1/a.csv",
        "?C=M;O=A",
        "#top",
        "",
        ".",
        "./",
    ],
)
def test_what_lies_elsewhere_is_left_out(link: str) -> None:
    assert files(link, "that.csv") == ("that.csv",)


@pytest.mark.parametrize(
    "link",
    [
        "a.csv",
        "./a.csv",
        "/du-lieu/a.csv",
        "https://NGUON.example/du-lieu/a.csv",
        "https://nguon.example:443/du%2Dlieu/a.csv",
        "a.csv#trang-1",
    ],
)
def test_spellings_of_one_address_are_one_file(link: str) -> None:
    assert files(link, "a.csv") == ("a.csv",)


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("B%e1%ba%a3ng%201.csv", "Bảng 1.csv"),
        ("Bảng 1.csv", "Bảng 1.csv"),
        ("100%25.csv", "100%25.csv"),
        ("a%3Fb.csv", "a%3Fb.csv"),
        ("a%23b.csv", "a%23b.csv"),
        ("%FFcu.csv", "%FFcu.csv"),
        ("a%00b.csv", "a%00b.csv"),
        ("a&amp;b.csv", "a&b.csv"),
    ],
)
def test_every_name_leads_back_to_its_address(link: str, path: str) -> None:
    assert files(link) == (path,)
    address = TOP + folders.address(path)
    assert folders.below(address, TOP) == path
    assert folders.same(address, address)


@pytest.mark.parametrize("text", ["", "<html><body><a href='a.csv'>a", "a.csv\nb.csv", "{}"])
def test_a_page_that_was_cut_off_is_no_listing(text: str) -> None:
    with pytest.raises(errors.IncompleteListing):
        folders.read(text, TOP, TOP)


def test_a_name_in_an_unknown_encoding_is_told() -> None:
    with pytest.raises(errors.IncompleteListing, match="UTF-8"):
        files("\ufffd.csv")


def test_links_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_LINKS", 3)
    with pytest.raises(errors.IncompleteListing, match="3"):
        files("a", "b", "c", "d")
