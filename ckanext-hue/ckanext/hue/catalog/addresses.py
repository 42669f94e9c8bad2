"""Persistent addresses: what stands in RDF, in citations and in other catalogues, and never changes.

They name a thing by its id below `/id/`, whatever its pages are called; who asks for one is sent on to the
page or the document that describes it.
"""

from __future__ import annotations

from urllib.parse import quote

from ckanext.hue import config

BELOW = "/id"


def catalog() -> str:
    """The catalogue itself."""
    return _address("catalog")


def service() -> str:
    """The API, as a service that gives access to the data."""
    return _address("service", "api")


def dataset(dataset_id: str) -> str:
    """A dataset, or a series of datasets."""
    return _address("dataset", dataset_id)


def distribution(resource_id: str) -> str:
    """A resource of a dataset."""
    return _address("distribution", resource_id)


def agency(organization_id: str) -> str:
    """An organization."""
    return _address("agency", organization_id)


def concept(scheme: str, code: str) -> str:
    """A concept of one of the portal's own vocabularies; `scheme` is the vocabulary's name."""
    return _address("concept", scheme, code)


def concept_scheme(scheme: str) -> str:
    """A vocabulary of the portal."""
    return _address("concept", scheme)


def _address(*parts: str) -> str:
    return "/".join((f"{config.site_url()}{BELOW}", *(quote(part, safe="") for part in parts)))
