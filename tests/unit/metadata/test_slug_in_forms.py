"""The browser shows the slug that the server would make."""

from __future__ import annotations

import json
import subprocess
import unicodedata
from pathlib import Path

import pytest
import yaml
from playwright._impl._driver import compute_driver_executable

from ckanext.hue.slug import slugify_vi

ASSETS = Path(__file__).parents[3] / "ckanext-hue" / "ckanext" / "hue" / "assets"
SCRIPT = ASSETS / "slug" / "vietnamese-slug.js"

TITLES = [
    "Dữ liệu mở Huế",
    unicodedata.normalize("NFD", "Đường phố và Cơ sở lưu trú"),
    "ĐƯỜNG Ðất Ɖ",
    "<b>Du lịch</b> & 'văn hóa'",
    "Giá vé (VND) 1.000,5 – 2024",
    "Diện tích km² ½ ℃ Ⅷ ﬁ",
    "İstanbul ǅ ß",
    "Một hai ba " * 40,
    "đ" * 400,
    "a" * 99 + " bc",
    "bảng_số_liệu",
    "Ａ１ fullwidth",
]


def in_browser_code(expression: str, values: list[str]) -> list[str]:
    """Evaluate a JavaScript function over the values in the Node.js that Playwright brings."""
    node, _ = compute_driver_executable()
    program = (
        "const jQuery = {fn: {}, url: {}};"
        f"(function () {{ {SCRIPT.read_text(encoding='utf-8')} }}).call({{jQuery}});"
        f"process.stdout.write(JSON.stringify({json.dumps(values)}.map({expression})));"
    )
    done = subprocess.run([node, "-e", program], capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_the_browser_makes_the_slugs_of_the_server() -> None:
    slugs = in_browser_code("title => jQuery.url.slugify(title, true)", TITLES)
    assert slugs == [slugify_vi(title) for title in TITLES]


def test_the_browser_leaves_a_name_that_it_cannot_make_to_the_server() -> None:
    assert in_browser_code("title => jQuery.url.slugify(title)", ["😀", "", "数据"]) == ["", "", ""]


@pytest.mark.parametrize(("typed", "kept"), [("so-lieu-", "so-lieu-"), ("Số ", "so-"), ("a_b", "a_b")])
def test_what_a_person_is_still_typing_keeps_its_end(typed: str, kept: str) -> None:
    assert in_browser_code("text => jQuery.url.slugify(text, false)", [typed]) == [kept]


def test_the_bundle_loads_the_script_after_ckans_own() -> None:
    bundle = yaml.safe_load((ASSETS / "webassets.yml").read_text(encoding="utf-8"))["slug"]
    assert [ASSETS / name for name in bundle["contents"]] == [SCRIPT]
    assert bundle["extra"]["preload"] == ["base/main"]
