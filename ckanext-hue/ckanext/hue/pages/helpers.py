"""Template helpers of the pages of datasets, agencies and fields; each is `h.hue_…` in a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hue.quality import overview
from ckanext.hue.quality.overview import Quality, Sums

from . import citing, coverage, dataset, directory, examples, freshness, history, related, shares, terms

Dataset = Mapping[str, Any]


def hue_holdings(pkg: Dataset) -> dataset.Holdings:
    """The tables and files of a dataset, as its page shows them."""
    return dataset.holdings(pkg)


def hue_other_resources(pkg: Dataset, resource: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The other tables and files of a resource's dataset."""
    return dataset.other_resources(pkg, resource["id"])


def hue_fresh(pkg: Dataset, quality: Quality | None) -> freshness.Freshness:
    """How fresh a dataset is, in words. quality: of `hue_quality`."""
    return freshness.of_dataset(pkg, quality)


def hue_terms_in_brief(pkg: Dataset) -> str:
    """What the licence asks of readers, in a few words."""
    return terms.in_brief(pkg)


def hue_periods(pkg: Dataset) -> list[str]:
    """The periods that a dataset is about."""
    return coverage.periods(pkg)


def hue_places(pkg: Dataset) -> list[str]:
    """The places that a dataset is about."""
    return coverage.places(pkg)


def hue_history(pkg: Dataset, table_ids: Sequence[str]) -> list[history.Change]:
    """What changed in a dataset, newest first."""
    return history.of_dataset(pkg, table_ids)


def hue_related(pkg: Dataset) -> list[dict[str, Any]]:
    """Public datasets like this one."""
    return related.of_dataset(pkg)


def hue_citation(pkg: Dataset) -> str:
    """How a dataset is cited in a text."""
    return citing.sentence(pkg)


def hue_citations(pkg: Dataset) -> list[tuple[citing.Style, str, str]]:
    """(style, text, address of the file) of citations for programs."""
    return [
        (style, style.write(pkg), tk.h.url_for("hue_page.citation", name=pkg["name"], extension=extension))
        for extension, style in citing.STYLES.items()
    ]


def hue_examples(resource: Mapping[str, Any]) -> list[examples.Example]:
    """How programs read a resource's table."""
    return examples.of_table(resource)


def hue_agency_figures(agency: Mapping[str, Any]) -> tuple[shares.Figures, Sums]:
    """An agency's datasets, tables and rows; how fresh and how good its datasets are."""
    return shares.of_agency(agency["id"]), overview.sums(agency["id"])


def hue_agencies_below(agency: Mapping[str, Any]) -> list[shares.Named]:
    """The agencies directly below one."""
    return shares.below(agency["id"])


def hue_field_figures(field: Mapping[str, Any]) -> tuple[shares.Figures, list[shares.Named]]:
    """A field's datasets, tables and rows; the agencies whose datasets are in it."""
    return shares.of_field(field["id"]), shares.agencies_of_field(field["id"])


def hue_agency_list(query: str | None) -> directory.Listing:
    """The agencies that a search finds, by level."""
    return directory.agencies(query or "")


def hue_field_list(query: str | None) -> directory.Listing:
    """The fields that a search finds."""
    return directory.fields(query or "")
