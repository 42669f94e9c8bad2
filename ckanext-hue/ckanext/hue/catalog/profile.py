"""The portal's DCAT-AP 3 profile: what ckanext-dcat's own leaves out, and no more."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk
from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS

from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from ckanext.dcat.utils import resource_uri
from ckanext.hue import config
from ckanext.hue.schemas import concept

EU_THEME = "http://publications.europa.eu/resource/authority/data-theme/"
EU_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"
IANA_MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
LANGUAGES = {"vi": "VIE", "en": "ENG"}


class HueDCATAPProfile(EuropeanDCATAP3Profile):
    """DCAT-AP 3 in which texts carry their language and themes come from the fields (groups)."""

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Any) -> dict[str, Any]:
        parsed = super().parse_dataset(dataset_dict, dataset_ref)
        titles = [title for title in self.g.objects(dataset_ref, DCTERMS.title) if isinstance(title, Literal)]
        if english := [str(title) for title in titles if title.language == "en"]:
            parsed["title_en"] = english[0]
        # The profile above loses rectangles, and all places but one.
        parsed["spatial_coverage"] = [
            self._place(node) for node in self.g.objects(dataset_ref, DCTERMS.spatial)
        ]
        return parsed

    def _place(self, node: Any) -> dict[str, str | None]:
        labels = [*self.g.objects(node, SKOS.prefLabel), *self.g.objects(node, RDFS.label)]
        return {
            "uri": str(node) if isinstance(node, URIRef) else None,
            "text": str(node) if isinstance(node, Literal) else next(map(str, labels), None),
            "bbox": self._parse_geodata(node, DCAT.bbox, None),
        }

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        super().graph_from_dataset(dataset_dict, dataset_ref)
        self._texts(dataset_ref, DCTERMS.title, dataset_dict, "title")
        self._texts(dataset_ref, DCTERMS.description, dataset_dict, "notes")
        self._tag_languages(dataset_ref, DCAT.keyword)
        self._themes(dataset_ref, dataset_dict)
        self._replace_code(dataset_ref, DCTERMS.type, "dataset_types", dataset_dict.get("dcat_type"))
        for resource in dataset_dict.get("resources", []):
            distribution = URIRef(resource_uri(resource))
            self._distribution(distribution, resource, dataset_dict.get("license_id"))
            self._rights(distribution, dataset_dict.get("rights"))

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

    def _distribution(self, subject: URIRef, resource: dict[str, Any], license_id: str | None) -> None:
        self._tag_languages(subject, DCTERMS.title)
        self._tag_languages(subject, DCTERMS.description)
        self._replace_code(subject, DCTERMS.format, "formats", resource.get("format"))
        if resource.get("mimetype"):
            self.g.set(
                (subject, DCAT.mediaType, URIRef(IANA_MEDIA_TYPE + quote(resource["mimetype"], safe="/+")))
            )
        if resource.get("url_type") == "datastore":
            self.g.add((subject, DCAT.downloadURL, URIRef(resource["url"])))
        if (subject, DCTERMS.license, None) not in self.g:
            self._replace_code(subject, DCTERMS.license, "licenses", license_id)

    def _rights(self, subject: URIRef, conditions: str | None) -> None:
        """The conditions of use stand with each file: a licence without an address is said only here."""
        if conditions and (subject, DCTERMS.rights, None) not in self.g:
            statement = URIRef(f"{subject}#rights")
            self.g.add((subject, DCTERMS.rights, statement))
            self.g.add((statement, RDF.type, DCTERMS.RightsStatement))
            self.g.add((statement, RDFS.label, Literal(conditions, lang="vi")))

    def _replace_code(self, subject: URIRef, predicate: URIRef, vocabulary: str, code: str | None) -> None:
        """Put the address of a vocabulary's concept in the place of the portal's own code."""
        known = concept(vocabulary, code)
        if known and known.uri:
            self.g.set((subject, predicate, URIRef(known.uri)))

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
