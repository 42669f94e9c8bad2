"""The portal's DCAT-AP 3 profile: what ckanext-dcat's own leaves out or says otherwise, and no more."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS

from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from ckanext.hue import config

from . import agents, concepts, coverage, distributions, lookups, series, services, statements
from .lookups import Lookups
from .terms import DCATAP, EU, add_texts, in_utc, iri

LANGUAGES = {"vi": "VIE", "en": "ENG"}
COUNTRY = "country/VNM"


class HueDCATAPProfile(EuropeanDCATAP3Profile):
    """DCAT-AP 3 in which texts carry their language and everything has a lasting address.

    `known` is what the datasets' graphs need beyond the datasets; without it, it is read for each one.
    """

    def __init__(
        self,
        graph: Graph,
        dataset_type: str = "dataset",
        compatibility_mode: bool = False,
        known: Lookups | None = None,
    ) -> None:
        super().__init__(graph, dataset_type, compatibility_mode)
        self._known = known
        self._modified = ""

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Any) -> dict[str, Any]:
        parsed = super().parse_dataset(dataset_dict, dataset_ref)
        titles = [title for title in self.g.objects(dataset_ref, DCTERMS.title) if isinstance(title, Literal)]
        if english := [str(title) for title in titles if title.language == "en"]:
            parsed["title_en"] = english[0]
        # The profile above loses rectangles, and all places but one, and knows nodes by their addresses only.
        parsed["spatial_coverage"] = [
            self._place(node) for node in self.g.objects(dataset_ref, DCTERMS.spatial)
        ]
        for key, predicate in (
            ("conforms_to", DCTERMS.conformsTo),
            ("applicable_legislation", DCATAP.applicableLegislation),
        ):
            if parsed.get(key):
                parsed[key] = [self._label(node) for node in self.g.objects(dataset_ref, predicate)]
        return parsed

    def _place(self, node: Any) -> dict[str, str | None]:
        labels = [*self.g.objects(node, SKOS.prefLabel), *self.g.objects(node, RDFS.label)]
        return {
            "uri": str(node) if isinstance(node, URIRef) else None,
            "text": str(node) if isinstance(node, Literal) else next(map(str, labels), None),
            "bbox": self._parse_geodata(node, DCAT.bbox, None),
        }

    def _label(self, node: Any) -> str:
        labels = [] if isinstance(node, Literal) else self.g.objects(node, RDFS.label)
        return next(map(str, labels), str(node))

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        known = self._known or lookups.of([dataset_dict])
        super().graph_from_dataset(_plain(dataset_dict), dataset_ref)
        self._add_people(dataset_ref, dataset_dict, known)
        self._add_subject(dataset_ref, dataset_dict, known)
        self._add_rules(dataset_ref, dataset_dict)
        for resource in dataset_dict.get("resources", []):
            files = known.files.get(resource["id"], {})
            distributions.add(self.g, dataset_ref, dataset_dict, resource, files)
        if any(map(distributions.is_a_table, dataset_dict.get("resources", []))):
            self.g.add((services.add_short(self.g), DCAT.servesDataset, dataset_ref))
        series.add(self.g, dataset_ref, dataset_dict, known)

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        issued, self._modified = lookups.catalog_dates()
        super().graph_from_catalog(catalog_dict, catalog_ref)
        self._add_catalog_texts(catalog_ref)
        if issued:
            self._add_date_triple(catalog_ref, DCTERMS.issued, issued)
        self.g.add((catalog_ref, DCTERMS.publisher, agents.add_portal(self.g)))
        self.g.add((catalog_ref, DCAT.service, services.add_whole(self.g)))
        concepts.add_licence(self.g, catalog_ref, services.LICENSE)
        self.g.add((catalog_ref, DCAT.themeTaxonomy, EU["data-theme"]))
        self.g.add((catalog_ref, DCAT.themeTaxonomy, concepts.add_scheme(self.g, concepts.FIELDS)))
        self.g.add((catalog_ref, DCTERMS.spatial, EU[COUNTRY]))
        self.g.add((EU[COUNTRY], RDF.type, DCTERMS.Location))
        if province := config.province():
            self.g.add((catalog_ref, DCTERMS.spatial, coverage.add_unit(self.g, province)))

    def _last_catalog_modification(self) -> str:
        """As ckanext-dcat's, without asking Solr."""
        return self._modified

    def _add_catalog_texts(self, catalog: URIRef) -> None:
        title = tk.config["ckan.site_title"]
        description = tk.config["ckan.site_description"] or title
        for predicate, text in ((DCTERMS.title, title), (DCTERMS.description, description)):
            self.g.remove((catalog, predicate, None))
            add_texts(self.g, catalog, predicate, text)
        for homepage in self.g.objects(catalog, FOAF.homepage):
            self.g.add((homepage, RDF.type, FOAF.Document))
        self.g.remove((catalog, DCTERMS.language, None))
        for code in tk.config["ckan.locales_offered"] or LANGUAGES:
            if code in LANGUAGES:
                language = EU[f"language/{LANGUAGES[code]}"]
                self.g.add((catalog, DCTERMS.language, language))
                self.g.add((language, RDF.type, DCTERMS.LinguisticSystem))

    def _add_people(self, dataset: URIRef, values: dict[str, Any], known: Lookups) -> None:
        agency = known.bodies.get(values.get("owner_org") or "")
        if agency:
            self.g.add((dataset, DCTERMS.publisher, agents.add_agency(self.g, agency)))
        agents.add_creators(self.g, dataset, values.get("creator") or [])
        agents.add_contacts(self.g, dataset, values.get("contact") or [], agency)

    def _add_subject(self, dataset: URIRef, values: dict[str, Any], known: Lookups) -> None:
        groups = (known.bodies.get(group["id"]) for group in values.get("groups", []))
        concepts.add_themes(self.g, dataset, [group for group in groups if group])
        concepts.add_type(self.g, dataset, values.get("dcat_type"))
        concepts.add_source_system(self.g, dataset, values.get("source_system"))
        coverage.add_places(self.g, dataset, values.get("spatial_coverage") or [])
        coverage.add_periods(self.g, dataset, values.get("temporal_coverage") or [])

    def _add_rules(self, dataset: URIRef, values: dict[str, Any]) -> None:
        # ckanext-dcat takes an identifier that looks like an address for one.
        self.g.set((dataset, DCTERMS.identifier, Literal(values.get("identifier") or values["id"])))
        if text := values.get("provenance"):
            statements.add(self.g, dataset, DCTERMS.provenance, DCTERMS.ProvenanceStatement, text)
        statements.add_standards(self.g, dataset, values.get("conforms_to") or [])
        statements.add_legislation(self.g, dataset, values.get("applicable_legislation") or [])


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """The fields that ckanext-dcat's profile says as they are to be said, and no other field.

    A table without a description is described by its title, for DCAT-AP has none without.
    """
    title = values.get("title") or values["name"]
    page = f"{config.site_url()}/dataset/{values['name']}"
    plain = {
        "id": values["id"],
        "title_translated": _languages(title, values.get("title_en")),
        "notes_translated": _languages(values.get("notes") or title),
        "url": iri(values.get("url") or "") or page,
        "version": values.get("version"),
        "version_notes": _languages(values.get("version_notes")),
        "tags_translated": {"vi": [tag["name"] for tag in values.get("tags", [])]},
        "frequency": concepts.known_uri("frequencies", values.get("frequency")),
        "access_rights": concepts.known_uri("access_rights", values.get("access_rights")),
        "language": [concepts.known_uri("languages", text) for text in values.get("language") or []],
        "documentation": [iri(text) for text in values.get("documentation") or []],
        "issued": values.get("issued") or in_utc(values.get("metadata_created")),
        "modified": values.get("modified") or in_utc(values.get("metadata_modified")),
    }
    for name in ("language", "documentation"):
        plain[name] = [text for text in plain[name] if text]
    return {name: value for name, value in plain.items() if value}


def _languages(vi: str | None, en: str | None = None) -> dict[str, str]:
    return {language: text for language, text in (("vi", vi), ("en", en)) if text}
