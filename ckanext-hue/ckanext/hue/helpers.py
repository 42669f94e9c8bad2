"""Template helpers; each is `h.hue_…` in a template."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckan import model
from markupsafe import Markup

from ckanext.hue import config
from ckanext.hue.catalog import addresses

from .explorer import view as explorer
from .pages import age, figures, kept, prose, values
from .search import away, facets
from .tables.files import listing

NEWEST_TRIED = 10  # datasets among which an example is looked for
MAIN_FORMATS = {"csv-bom": "CSV (Excel)", "xlsx": "XLSX"}
DCAT_FORMATS = {"ttl": "Turtle", "rdf": "RDF/XML", "jsonld": "JSON-LD"}

_FIELD_ICONS = {
    "du-lich": "palmtree",
    "buu-chinh-vien-thong": "radio-tower",
    "bao-chi-xuat-ban": "newspaper",
    "giao-thong": "bus",
    "y-te": "heart-pulse",
    "giao-duc": "graduation-cap",
    "van-hoa-the-thao": "drama",
    "thong-tin-truyen-thong": "satellite-dish",
    "cai-cach-hanh-chinh": "file-pen-line",
    "to-chuc-bien-che": "network",
    "tu-phap": "scale",
    "tai-chinh": "coins",
    "ke-hoach-dau-tu": "chart-line",
    "cong-thuong": "factory",
    "nong-nghiep": "sprout",
    "tai-nguyen-moi-truong": "leaf",
    "xay-dung": "hard-hat",
    "khoa-hoc-cong-nghe": "flask-conical",
    "lao-dong-xa-hoi": "users",
    "an-ninh-trat-tu": "shield",
    "kinh-te-so": "cpu",
}
# What a page about a dataset says elsewhere than in its table of metadata.
_SAID_ELSEWHERE = frozenset(
    {
        "title",
        "name",
        "notes",
        "tag_string",
        "license_id",
        "owner_org",
        "groups",
        "contact",
        "frequency",
        "modified",
        "no_personal_data",
        "harvest_source",
        "harvest_id",
        "harvest_state",
    }
)


def hue_publisher() -> str:
    """The agency that runs the portal."""
    return config.publisher()


def hue_contact_email() -> str:
    """Address for questions about the portal; empty when there is none."""
    return config.contact_email()


def hue_site_url() -> str:
    """The portal's own address, without a slash at the end."""
    return config.site_url()


@away.or_none
@kept.briefly
def hue_portal() -> figures.Portal:
    """Figures, newest datasets, fields and agencies for the home page; None while Solr is away."""
    return figures.portal()


@kept.briefly
def hue_portal_fields() -> list[figures.Share]:
    """The fields that have public datasets, those with most first."""
    return figures.fields()


def hue_rows(datasets: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """How many rows the tables of each dataset have together, by dataset id: one statement for all."""
    tables = {
        dataset["id"]: [each["id"] for each in dataset.get("resources", []) if hue_has_table(each)]
        for dataset in datasets
    }
    rows = figures.rows_of([table for ids in tables.values() for table in ids])
    return {dataset: sum(rows.get(table, 0) for table in ids) for dataset, ids in tables.items()}


def hue_example_searches() -> list[str]:
    """Words that the home page offers to search for."""
    return config.example_searches()


def hue_prose(name: str) -> prose.Prose:
    """A long text of the portal in the reader's language; `templates/hue/prose/` holds them."""
    return prose.prose(name)


def hue_number(value: int | float | None) -> str:
    """A count in the reader's form: 1.234.567 in Vietnamese."""
    return "" if value is None else values.number(value)


def hue_day(value: Any) -> str:
    """A day as 31/12/2023; empty for no day."""
    return values.day(value)


def hue_updated(dataset: Mapping[str, Any]) -> str:
    """The day of the data's last change: what its agency says, else when the portal last wrote it."""
    return values.day(dataset.get("modified") or dataset.get("metadata_modified"))


def hue_age(dataset: Mapping[str, Any]) -> age.Age | None:
    """How long ago the data changed last, as `hue_updated` takes it."""
    return age.age(dataset.get("modified") or dataset.get("metadata_modified"))


@cache
def hue_icon(name: str) -> Markup:
    """An icon in the size and colour of the text around it. name: one of config/frontend/icons.txt."""
    return Markup('<svg class="hue-glyph" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        hue_built("icons.svg"), name
    )


@cache
def hue_built(name: str) -> str:
    """The address of a file that config/frontend/build.mjs made; it changes with the content."""
    return tk.h.url_for_static(f"/built/{_built()[name]}")


@cache
def _built() -> dict[str, str]:
    return json.loads((Path(__file__).parent / "public" / "built" / "manifest.json").read_text())


def hue_field_icon(name: str) -> str:
    """The icon (as in `hue_icon`) for a field, by the group's name."""
    return _FIELD_ICONS.get(name, "folder-open")


def hue_facet_label(facet: str, item: Mapping[str, Any] | str) -> str:
    """How a value of a facet reads. item: an item of CKAN's search facets, or the bare value."""
    value = item if isinstance(item, str) else item["name"]
    known = facets.label(facet, value)
    if known != value or isinstance(item, str):
        return known
    return item["display_name"] or value


def hue_chosen_label(facet: str, value: str, search_facets: Mapping[str, Any]) -> str:
    """How a chosen value of a facet reads, also one that nothing was found for. search_facets: as CKAN's."""
    items = search_facets.get(facet, {}).get("items", [])
    item = next((item for item in items if item["name"] == value), None)
    if item is None and facet in ("groups", "organization"):
        group = model.Group.get(value)
        return group.display_name if group else value
    return hue_facet_label(facet, item or value)


def hue_facet_labels(facet: str) -> Callable[[Mapping[str, Any]], str]:
    """What writes the values of a facet, for CKAN's own lists of facets."""
    return lambda item: hue_facet_label(facet, item)


def hue_activity_type(name: str) -> str:
    """What a kind of activity is called; CKAN shows its name."""
    return {
        "new package": tk._("New dataset"),
        "changed package": tk._("Changed dataset"),
        "deleted package": tk._("Deleted dataset"),
        "follow dataset": tk._("Following a dataset"),
        "new resource view": tk._("New view of a resource"),
        "changed resource view": tk._("Changed view of a resource"),
        "deleted resource view": tk._("Deleted view of a resource"),
        "new group": tk._("New field"),
        "changed group": tk._("Changed field"),
        "deleted group": tk._("Deleted field"),
        "follow group": tk._("Following a field"),
        "new organization": tk._("New agency"),
        "changed organization": tk._("Changed agency"),
        "deleted organization": tk._("Deleted agency"),
        "follow organization": tk._("Following an agency"),
        "new user": tk._("New user"),
        "changed user": tk._("Changed user"),
        "follow user": tk._("Following a user"),
    }.get(name, name)


def hue_query(**changes: Any) -> str:
    """The page's query string with some parameters replaced, or left out where the value is None.

    It begins with `?`, so that it leads to the same page in the same language.
    """
    kept = [(name, value) for name, value in tk.request.args.items(multi=True) if name not in changes]
    return "?" + urlencode([*kept, *((name, value) for name, value in changes.items() if value is not None)])


def hue_toggle(facet: str, value: str) -> str:
    """The query string with a facet's value added, or taken away when it is there; on the first page."""
    kept = [pair for pair in tk.request.args.items(multi=True) if pair[0] != "page"]
    chosen = (facet, value)
    pairs = [pair for pair in kept if pair != chosen] if chosen in kept else [*kept, chosen]
    return "?" + urlencode(pairs)


def hue_without(facets: Iterable[str]) -> str:
    """The query string without any value of these facets; on the first page."""
    return hue_query(**dict.fromkeys([*facets, "page"]))


def hue_pages(page: int, pages: int) -> list[int | None]:
    """The page numbers to link to, around `page` of `pages`; None stands for a gap."""
    wanted = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    linked: list[int | None] = []
    for number in wanted:
        previous = linked[-1] if linked else None
        if previous is not None and number > previous + 1:
            linked.append(None)
        linked.append(number)
    return linked


def hue_search_api_url(q: str, fields: list[tuple[str, str]]) -> str:
    """The address of CKAN's API that answers the same search in JSON."""
    filters = " ".join(f'{name}:"{value}"' for name, value in fields)
    asked = {name: value for name, value in (("q", q), ("fq", filters)) if value}
    return f"{config.site_url()}/api/3/action/package_search" + (f"?{urlencode(asked)}" if asked else "")


def hue_formats(dataset: Mapping[str, Any]) -> list[str]:
    """The file formats of a dataset, each once, in capitals."""
    found = ((resource.get("format") or "").upper() for resource in dataset.get("resources", []))
    return list(dict.fromkeys(name for name in found if name))


def hue_has_table(resource: Mapping[str, Any]) -> bool:
    """Tell whether a resource's rows stand in the DataStore."""
    return bool(tk.asbool(resource.get("datastore_active") or False))


def hue_preview(resource: Mapping[str, Any]) -> explorer.View | None:
    """The explorer of a resource's table as the address asks for it; None when it has no table."""
    return explorer.view(resource["id"], tk.request.args) if hue_has_table(resource) else None


def hue_downloads(resources: Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[listing.Download]]:
    """The files in which the resources' tables can be downloaded, by resource id; none without a table."""
    found = listing.of_tables([resource["id"] for resource in resources if hue_has_table(resource)])
    return {resource["id"]: found.get(resource["id"], ()) for resource in resources}


def hue_main_downloads(downloads: Sequence[listing.Download]) -> list[tuple[str, listing.Download]]:
    """(short name, file) of the files that most people want."""
    by_key = {download.format.key: download for download in downloads}
    return [(name, by_key[key]) for key, name in MAIN_FORMATS.items() if key in by_key]


def hue_zip_path(dataset: Mapping[str, Any]) -> str:
    """Where all tables of a dataset are in one file."""
    return listing.zip_path(dataset["id"])


def hue_data_lang() -> Markup:
    """The attribute `lang` of what agencies wrote, on pages in another language than theirs."""
    written = str(tk.config["ckan.locale_default"])
    return Markup("") if tk.h.lang() == written else Markup(' lang="{}"').format(written)


def hue_dcat_links(dataset: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """(name, address) of a dataset's metadata as DCAT, or of the whole catalogue's."""
    stem = f"/dataset/{dataset['id']}" if dataset else "/catalog"
    return [(name, f"{config.site_url()}{stem}.{suffix}") for suffix, name in DCAT_FORMATS.items()]


def hue_dataset_address(dataset: Mapping[str, Any]) -> str:
    """The address of a dataset that never changes, for citations."""
    return addresses.dataset(dataset["id"])


def hue_metadata(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The schema's fields that the dataset fills and that its page does not show elsewhere."""
    schema = tk.h.scheming_get_dataset_schema(dataset.get("type", "dataset")) or {}
    return [
        field
        for field in schema.get("dataset_fields", [])
        if field["field_name"] not in _SAID_ELSEWHERE
        and field.get("display_snippet", "") is not None
        and dataset.get(field["field_name"])
    ]


@away.or_none
def hue_example_table() -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A public dataset and its first table, for examples that can be tried; None while none is found."""
    found = tk.get_action("package_search")(
        {"ignore_auth": False, "user": ""}, {"rows": NEWEST_TRIED, "sort": "metadata_modified desc"}
    )
    return next(
        (
            (dataset, resource)
            for dataset in found["results"]
            for resource in dataset["resources"]
            if hue_has_table(resource)
        ),
        None,
    )
