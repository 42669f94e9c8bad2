"""The Vietnamese catalogue is complete, well formed, compiled, and is what readers see over CKAN's own."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import flask_babel
import polib
import pytest
from flask import Flask

from ckanext.hue.harvesters.kinds import KINDS

ROOT = Path(__file__).parents[2]
I18N = ROOT / "ckanext-hue" / "ckanext" / "hue" / "i18n"
PO = I18N / "vi" / "LC_MESSAGES" / "ckanext-hue.po"
MAPPING = ROOT / "config" / "babel.cfg"
OWN_SOURCES = ("ckanext-hue/ckanext/hue", "schemas", "harvesters")

# Every folder of CKAN's templates but the page for theme authors and CKAN's tests; "" is the frame of all.
CORE_TEMPLATES = (
    "",
    "admin",
    "emails",
    "group",
    "home",
    "macros",
    "organization",
    "package",
    "snippets",
    "user",
)
CORE_CODE = ("logic", "lib/navl", "views", "authz.py", "public/base/javascript")
PLUGINS_IN_USE = ("activity", "datastore", "datatablesview", "expire_api_token", "scheming", "dcat")
CORE_MAPPING = "[python: **.py]\n[ckan: **.html]\n[ckan: **.txt]\n[javascript: **.js]\n"
# One template of scheming that nothing uses has a tag of an older CKAN.
PLUGIN_MAPPING = (
    "[ignore: **/vendor/**]\n[ignore: tests/**]\n"
    "[python: **.py]\n[ckan: **.html]\nsilent = true\n[ckan: **.text]\n[javascript: **.js]\n"
)

# A lone "%" too: in templates every string goes through %-formatting, and one too many fails the page.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]?|\{[^{}\s]*\}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
READ_ALOUD = re.compile(r'\s(?:title|alt)="[^"]*"')  # attributes that are text for a reader

# What CKAN's own Vietnamese catalogue says, against the project's terms (docs/translation.md).
WRONG_TERMS = {
    "dataset": "tập dữ liệu",
    "package": "gói",
    "resource": "nguồn ",
    "organization": "tổ chức",
    "group": "nhóm",
    "tag": "nhãn",
    "user": "người sử dụng",
    "api": "giao diện",
}


def package_folder(name: str) -> Path:
    """The folder of an installed package, found without importing the package."""
    spec = find_spec(name)
    assert spec is not None and spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


CKAN = package_folder("ckan")


def extract(mapping: Path | str, folder: Path, sources: Iterable[str | Path]) -> polib.POFile:
    """Collect translatable strings as docs/translation.md says. mapping: a file, or the text of one."""
    if isinstance(mapping, str):
        text, mapping = mapping, folder / "babel.cfg"
        mapping.write_text(text)
    target = folder / "strings.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", str(mapping)]
    subprocess.run([*command, "-o", str(target), *map(str, sources)], cwd=ROOT, check=True)
    return polib.pofile(str(target))


def text_of(entry: polib.POEntry) -> str:
    """The Vietnamese text of an entry; Vietnamese has one plural form."""
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def of_javascript(entries: Iterable[polib.POEntry]) -> set[str]:
    """The msgids which browser code uses."""
    return {entry.msgid for entry in entries if any(name.endswith(".js") for name, _ in entry.occurrences)}


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(PO))


@pytest.fixture(scope="module")
def translated(catalogue: polib.POFile) -> set[tuple[str, str]]:
    """(msgid, msgid_plural) of everything that ours or CKAN's catalogue has in Vietnamese."""
    core = polib.pofile(str(CKAN / "i18n" / "vi" / "LC_MESSAGES" / "ckan.po"))
    return {
        (entry.msgid, entry.msgid_plural) for po in (core, catalogue) for entry in po if entry.translated()
    }


@pytest.fixture(scope="module")
def own_strings(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The project's own translatable strings."""
    return extract(MAPPING, tmp_path_factory.mktemp("own"), OWN_SOURCES)


@pytest.fixture(scope="module")
def core_strings(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """What CKAN's templates show."""
    return extract(CORE_MAPPING, tmp_path_factory.mktemp("core"), [CKAN / "templates"])


@pytest.fixture(scope="module")
def plugin_strings(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """What the plugins in use show."""
    folders = [package_folder(f"ckanext.{name}") for name in PLUGINS_IN_USE]
    return extract(PLUGIN_MAPPING, tmp_path_factory.mktemp("plugins"), folders)


def of_folder(strings: polib.POFile, folder: Path) -> list[polib.POEntry]:
    """The strings of the files in a folder, not those of its subfolders."""
    return [entry for entry in strings if any(Path(name).parent == folder for name, _ in entry.occurrences)]


def under_folder(strings: polib.POFile, folder: Path) -> list[polib.POEntry]:
    """The strings of the files in a folder and its subfolders."""
    return [
        entry for entry in strings if any(Path(name).is_relative_to(folder) for name, _ in entry.occurrences)
    ]


def missing(strings: Iterable[polib.POEntry], translated: set[tuple[str, str]]) -> list[str]:
    """The msgids without a Vietnamese text; a plural one must be translated as a plural one."""
    return sorted(entry.msgid for entry in strings if (entry.msgid, entry.msgid_plural) not in translated)


def test_the_compiled_catalogue_is_what_the_source_says(catalogue: polib.POFile) -> None:
    assert PO.with_suffix(".mo").read_bytes() == catalogue.to_binary(), "compile as docs/translation.md says"


def test_every_entry_is_translated(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.obsolete] == []


def test_entries_stand_in_the_order_of_their_msgid(catalogue: polib.POFile) -> None:
    msgids = [entry.msgid for entry in catalogue]
    assert msgids == sorted(set(msgids))


def test_the_header_names_one_plural_form_and_no_person(catalogue: polib.POFile) -> None:
    assert catalogue.metadata["Plural-Forms"] == "nplurals=1; plural=0;"
    assert catalogue.metadata["Language"] == "vi"
    assert "@" not in catalogue.header + "".join(catalogue.metadata.values())


def test_all_text_is_in_unicode_form_nfc() -> None:
    lines = PO.read_text(encoding="utf-8").splitlines()
    assert [
        number for number, line in enumerate(lines, 1) if not unicodedata.is_normalized("NFC", line)
    ] == []


def test_placeholders_agree(catalogue: polib.POFile) -> None:
    """As sets with counts by name; those without a name (%s) also by order."""
    wrong = []
    for entry in catalogue:
        source, target = (
            PLACEHOLDER.findall(text) for text in (entry.msgid_plural or entry.msgid, text_of(entry))
        )
        unnamed = [
            [item for item in found if item in ("%s", "%d", "%i", "%r", "{}")] for found in (source, target)
        ]
        if Counter(source) != Counter(target) or unnamed[0] != unnamed[1]:
            wrong.append(entry.msgid)
    assert wrong == []


def test_html_tags_agree(catalogue: polib.POFile) -> None:
    def tags(text: str) -> Counter[str]:
        return Counter(READ_ALOUD.sub("", tag) for tag in TAG.findall(text))

    assert [entry.msgid for entry in catalogue if tags(entry.msgid) != tags(text_of(entry))] == []


def test_text_begins_and_ends_with_the_same_space(catalogue: polib.POFile) -> None:
    def margins(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [entry.msgid for entry in catalogue if margins(entry.msgid) != margins(text_of(entry))] == []


@pytest.mark.parametrize(("english", "wrong"), WRONG_TERMS.items())
def test_terms_are_those_of_the_project(catalogue: polib.POFile, english: str, wrong: str) -> None:
    about = re.compile(rf"\b{english}s?\b", re.IGNORECASE)
    bad = [
        entry.msgid
        for entry in catalogue
        if about.search(TAG.sub(" ", entry.msgid))
        and wrong in text_of(entry).lower()
        and len(entry.msgid) < 600
    ]
    assert bad == []


def test_every_string_of_the_project_is_in_vietnamese(
    own_strings: polib.POFile, translated: set[tuple[str, str]], english: polib.POFile
) -> None:
    """What the English catalogue has is written in Vietnamese itself."""
    vietnamese = {(entry.msgid, entry.msgid_plural) for entry in english}
    assert len(own_strings) > 0
    assert missing(own_strings, translated | vietnamese) == []


def test_strings_of_the_projects_browser_code_stand_in_its_template(own_strings: polib.POFile) -> None:
    """CKAN hands a string to the browser only if a .pot in the i18n folder names a .js file for it."""
    pot = I18N / "ckanext-hue.pot"
    listed = of_javascript(polib.pofile(str(pot))) if pot.exists() else set()
    assert of_javascript(own_strings) - listed == set()


@pytest.mark.parametrize("folder", CORE_TEMPLATES)
def test_every_string_of_ckans_pages_is_in_vietnamese(
    folder: str, core_strings: polib.POFile, translated: set[tuple[str, str]]
) -> None:
    place = CKAN / "templates" / folder
    strings = under_folder(core_strings, place) if folder else of_folder(core_strings, place)
    assert len(strings) > 0
    assert missing(strings, translated) == []


@pytest.mark.parametrize("name", PLUGINS_IN_USE)
def test_every_string_of_the_plugins_pages_is_in_vietnamese(
    name: str, plugin_strings: polib.POFile, translated: set[tuple[str, str]]
) -> None:
    strings = under_folder(plugin_strings, package_folder(f"ckanext.{name}"))
    assert len(strings) > 0
    assert missing(strings, translated) == []


def test_messages_and_browser_code_of_ckan_are_in_vietnamese(
    tmp_path: Path, translated: set[tuple[str, str]]
) -> None:
    strings = extract(CORE_MAPPING, tmp_path, [CKAN / part for part in CORE_CODE])
    assert len(strings) > 200
    # Two calls translate a variable: what the extraction takes for a string is only a key or a condition.
    assert set(missing(strings, translated)) <= {"message", "OrganizationGroup"}


def test_the_mapping_finds_every_way_of_marking_a_string(tmp_path: Path) -> None:
    """Also inside CKAN's own template tags, with {% trans %} trimmed as CKAN does at run time."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        "{% asset 'hue/x' %}{% trans n=3 %}\n  A row\n  of {{ n }}\n{% endtrans %}{{ _('Call') }}"
        "{% link_for _('Inside'), named_route='x.y' %}{{ ungettext('{n} row', '{n} rows', 3) }}"
    )
    (tmp_path / "assets" / "module.js").write_text("this._('Browser');")
    (tmp_path / "code.py").write_text("tk._('Code')\n")
    found = extract(MAPPING, tmp_path, [tmp_path])
    assert {(entry.msgid, entry.msgid_plural) for entry in found} == {
        ("A row of %(n)s", ""),
        ("Call", ""),
        ("Inside", ""),
        ("{n} row", "{n} rows"),
        ("Browser", ""),
        ("Code", ""),
    }


def test_readers_see_our_text_over_ckans_also_for_numbers() -> None:
    """In the order CKAN merges when `hue` stands first in ckan.plugins: the first plugin comes last."""
    app = Flask("translation")
    merged = {
        str(CKAN / "i18n"): "ckan",
        str(package_folder("ckanext.dcat") / "i18n"): "ckanext-dcat",
        str(I18N): "ckanext-hue",
    }
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(merged)
    app.config["BABEL_DOMAIN"] = ";".join(merged.values())
    flask_babel.Babel(app, locale_selector=lambda: "vi")
    with app.test_request_context():
        assert flask_babel.gettext("Organizations") == "Cơ quan"
        for number in (1, 5):
            found = flask_babel.ngettext("{number} dataset found", "{number} datasets found", number)
            assert found == "Tìm thấy {number} bộ dữ liệu"


# Modules whose Vietnamese sentences people meet on English pages too: each is looked up when it is said, and
# the English catalogue has it.
VIETNAMESE_FIRST = (
    "catalog/serving/listing.py",
    "catalog/serving/questions.py",
    "harvest/states.py",
    "tables/files/answers.py",
    "tables/files/errors.py",
    "tables/files/formats.py",
    "tables/files/geojson.py",
    "tables/files/questions.py",
    "tables/files/selection.py",
    "tables/filters.py",
    "tables/querying.py",
)
ENGLISH_PO = I18N / "en" / "LC_MESSAGES" / "ckanext-hue.po"
LETTERS = re.compile("[À-ÖØ-öø-ỹ]")
NAMES = {"Huế"}


def sentences(module: Path) -> set[str]:
    """The Vietnamese texts of a module, its docstrings aside."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if LETTERS.search(node.value) and node.value not in NAMES
    }


@pytest.fixture(scope="module")
def english() -> polib.POFile:
    return polib.pofile(str(ENGLISH_PO))


@pytest.mark.parametrize("module", VIETNAMESE_FIRST)
def test_sentences_that_stand_in_vietnamese_have_an_english_text(module: str, english: polib.POFile) -> None:
    said = sentences(ROOT / "ckanext-hue" / "ckanext" / "hue" / module)
    assert said
    assert sorted(said - {entry.msgid for entry in english}) == []


def test_settings_of_sources_have_an_english_text(english: polib.POFile) -> None:
    declared = {
        text
        for kind in KINDS.values()
        for text in (kind.title, *(part for each in kind.settings for part in (each.label, each.help)))
        if LETTERS.search(text)
    }
    assert sorted(declared - {entry.msgid for entry in english}) == []


def test_the_english_catalogue_is_sound(english: polib.POFile) -> None:
    assert ENGLISH_PO.with_suffix(".mo").read_bytes() == english.to_binary(), (
        "compile as docs/translation.md says"
    )
    for entry in english:
        assert entry.translated(), entry.msgid
        assert not LETTERS.search(entry.msgstr), entry.msgid
        assert Counter(PLACEHOLDER.findall(entry.msgid)) == Counter(PLACEHOLDER.findall(entry.msgstr)), (
            entry.msgid
        )
