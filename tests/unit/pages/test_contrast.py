"""The colours of the design tokens can be read on each other, light and dark (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[3] / "ckanext-hue" / "ckanext" / "hue"
CSS = PLUGIN / "assets" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
MODES = ("light", "dark")

COLOUR = r"(#[0-9a-f]{3,6}|rgb\([^)]*\))"
PLAIN = re.compile(rf"^  --hue-([\w-]+): {COLOUR};", re.MULTILINE)
BOTH = re.compile(rf"^    --hue-([\w-]+): light-dark\({COLOUR}, {COLOUR}\);", re.MULTILINE)
RAW_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|:\s*(?:white|black)\b", re.IGNORECASE)

TEXT = 4.5
LARGE_OR_LINE = 3.0

SURFACES = ("page", "surface", "purple-mist")
READ_ON = {
    **dict.fromkeys(("ink", "muted", "purple", "purple-dark"), (*SURFACES, "purple-soft")),
    "green": (*SURFACES, "green-soft"),
    "amber": (*SURFACES, "amber-soft"),
    "red": (*SURFACES, "red-soft"),
    "on-purple": ("purple", "purple-dark"),
    "on-green": ("green",),
    "on-deep": ("deep",),
    "on-deep-quiet": ("deep",),
}
SEEN_ON = {
    "line-strong": SURFACES,  # borders of fields
    "purple": ("purple-soft", *SURFACES),  # focus
    "amber-strong": ("amber-soft",),
    **{f"series-{number}": ("page", "surface") for number in range(1, 9)},
}


def colours(mode: str) -> dict[str, str]:
    """The colours of the tokens in a mode, by name."""
    found = dict(PLAIN.findall(TOKENS))
    for name, light, dark in BOTH.findall(TOKENS):
        found[name] = light if mode == "light" else dark
    return found


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", READ_ON)
def test_text_can_be_read(text: str, mode: str) -> None:
    given = colours(mode)
    weak = {ground: contrast(given[text], given[ground]) for ground in READ_ON[text]}
    assert {ground: found for ground, found in weak.items() if found < TEXT} == {}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("line", SEEN_ON)
def test_what_has_a_meaning_can_be_seen(line: str, mode: str) -> None:
    given = colours(mode)
    weak = {ground: contrast(given[line], given[ground]) for ground in SEEN_ON[line]}
    assert {ground: found for ground, found in weak.items() if found < LARGE_OR_LINE} == {}


def test_browsers_without_light_dark_get_the_light_colours() -> None:
    light = {name: light for name, light, _ in BOTH.findall(TOKENS)}
    assert light.items() <= dict(PLAIN.findall(TOKENS)).items()


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_no_other_style_names_a_colour(path: Path) -> None:
    if path.name != "tokens.css":
        rules = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert RAW_COLOUR.findall(rules) == []


def test_styles_use_no_token_that_is_not_there() -> None:
    known = set(re.findall(r"(--hue-[\w-]+):", "".join(path.read_text() for path in CSS.glob("*.css"))))
    used = {
        name
        for path in CSS.glob("*.css")
        for name in re.findall(r"var\((--hue-[\w-]+)\)", path.read_text(encoding="utf-8"))
    }
    assert used <= known


def test_the_browsers_own_bar_has_colours_of_the_tokens() -> None:
    page = (PLUGIN / "templates" / "base.html").read_text(encoding="utf-8")
    given = dict(re.findall(r'theme-color" content="(#\w+)" media="\(prefers-color-scheme: (\w+)\)', page))
    assert given == {colours("light")["purple"]: "light", colours("dark")["page"]: "dark"}
