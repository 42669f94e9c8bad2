"""The portal's DCAT-AP 3 profile: what ckanext-dcat's own leaves out, and no more."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS

from ckanext.hue import config
from ckanext.hue.schemas import concept

EU_THEME = "http://publications.europa.eu/resource/authority/data-theme/"
EU_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"
LANGUAGES = {"vi": "VIE", "en": "ENG"}


class HueDCATAPProfile(EuropeanDCATAP3Profile):
    """DCAT-AP 3 in which texts carry their language and themes come from the fields (groups)."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        super().graph_from_dataset(dataset_dict, dataset_ref)
        self._texts(dataset_ref, DCTERMS.title, dataset_dict, "title")
        self._texts(dataset_ref, DCTERMS.description, dataset_dict, "notes")
        self._tag_languages(dataset_ref, DCAT.keyword)
        self._themes(dataset_ref, dataset_dict)
        for distribution in self.g.objects(dataset_ref, DCAT.distribution):
            self._tag_languages(distribution, DCTERMS.title)
            self._tag_languages(distribution, DCTERMS.description)

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        super().graph_from_catalog(catalog_dict, catalog_ref)
        for predicate in (DCTERMS.title, DCTERMS.description):
            self._tag_languages(catalog_ref, predicate)
        self.g.remove((catalog_ref, DCTERMS.language, None))
        for code in tk.config["ckan.locales_offered"] or LANGUAGES:
            if code in LANGUAGES:
                self.g.add((catalog_ref, DCTERMS.language, URIRef(EU_LANGUAGE + LANGUAGES[code])))
        publisher = URIRef(f"{config.site_url()}/#publisher")
        self.g.add((catalog_ref, DCTERMS.publisher, publisher))
        self.g.add((publisher, RDF.type, FOAF.Agent))
        self.g.add((publisher, FOAF.name, Literal(config.publisher(), lang="vi")))

    def _texts(self, subject: URIRef, predicate: URIRef, values: dict[str, Any], key: str) -> None:
        self.g.remove((subject, predicate, None))
        for language, name in (("vi", key), ("en", f"{key}_en")):
            if values.get(name):
                self.g.add((subject, predicate, Literal(values[name], lang=language)))

    def _tag_languages(self, subject: Any, predicate: URIRef) -> None:
        for value in list(self.g.objects(subject, predicate)):
            if isinstance(value, Literal) and not value.language and not value.datatype:
                self.g.remove((subject, predicate, value))
                self.g.add((subject, predicate, Literal(str(value), lang="vi")))

    def _themes(self, dataset_ref: URIRef, dataset_dict: dict[str, Any]) -> None:
        for group in dataset_dict.get("groups", []):
            field = concept("fields", group["name"])
            if field is None:
                continue
            theme = URIRef(f"{EU_THEME}{field['eu_theme']}")
            own = URIRef(f"{config.site_url()}/group/{group['name']}")
            self.g.add((dataset_ref, DCAT.theme, theme))
            self.g.add((dataset_ref, DCAT.theme, own))
            self.g.add((own, RDF.type, SKOS.Concept))
            self.g.add((own, SKOS.prefLabel, Literal(field["name"], lang="vi")))
            self.g.add((own, SKOS.broadMatch, theme))
