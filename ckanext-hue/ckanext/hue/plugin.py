"""The plugin: which interfaces the portal implements, and where each is done."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from ckan.types import CKANApp, Context, Schema, SignalMapping

from ckanext.datastore.interfaces import IDataDictionaryForm
from ckanext.dcat.interfaces import IDCATURIGenerator

from . import caching, choices, helpers, security, validators
from .actions import ACTIONS
from .auth import AUTH_FUNCTIONS
from .catalog import addresses
from .catalog.fragments import stale
from .discovery import helpers as discovery_helpers
from .explorer import helpers as explorer_helpers
from .harvest import helpers as harvest_helpers
from .metadata import helpers as metadata_helpers
from .pages import faults, remembered
from .pages import helpers as page_helpers
from .quality import helpers as quality_helpers
from .reports import helpers as report_helpers
from .search import changes, connecting, default, document, facets, query
from .search import helpers as search_helpers
from .slug import rename_upload
from .tables.uploads import arrivals, dictionary
from .tables.uploads import helpers as upload_helpers
from .tables.uploads.storage import FolderUpload, StorageUpload, resource_uploader

HELPERS = {
    name: function
    for module in (
        helpers,
        caching,
        choices,
        discovery_helpers,
        explorer_helpers,
        harvest_helpers,
        metadata_helpers,
        page_helpers,
        quality_helpers,
        report_helpers,
        search_helpers,
        upload_helpers,
    )
    for name, function in vars(module).items()
    if name.startswith("hue_")
}


@tk.blanket.actions(ACTIONS)
@tk.blanket.auth_functions(AUTH_FUNCTIONS)
@tk.blanket.blueprints
@tk.blanket.config_declarations
@tk.blanket.cli
@tk.blanket.helpers({**remembered.HELPERS, **HELPERS})
@tk.blanket.validators(validators)
class HuePlugin(p.SingletonPlugin, DefaultTranslation):
    p.implements(IDataDictionaryForm, inherit=True)
    p.implements(IDCATURIGenerator, inherit=True)
    p.implements(p.IConfigurer)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IGroupController, inherit=True)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IOrganizationController, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)
    p.implements(p.ITranslation)
    p.implements(p.IUploader, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "hue")
        connecting.keep_open()
        if not config.get("licenses_group_url"):
            # CKAN only cuts off "file://": a percent-encoded address would not be found.
            config["licenses_group_url"] = f"file://{choices.LICENSES_FILE}"

    # IDataDictionaryForm

    def update_datastore_create_schema(self, schema: Schema) -> Schema:
        return dictionary.with_our_fields(schema)

    # IDCATURIGenerator

    def catalog_uri(self, default_uri: str) -> str:
        return addresses.catalog()

    def dataset_uri(self, dataset_dict: dict[str, Any], default_uri: str) -> str:
        return addresses.dataset(dataset_dict["id"])

    def resource_uri(self, resource_dict: dict[str, Any], default_uri: str) -> str:
        return addresses.distribution(resource_dict["id"])

    def publisher_uri(self, dataset_dict: dict[str, Any], default_uri: str) -> str:
        return addresses.agency(dataset_dict["organization"]["id"])

    # IFacets

    def dataset_facets(self, facets_dict: OrderedDict[str, Any], package_type: str) -> OrderedDict[str, Any]:
        return facets.dataset_facets()

    def group_facets(
        self, facets_dict: OrderedDict[str, Any], group_type: str, package_type: str | None
    ) -> OrderedDict[str, Any]:
        return facets.dataset_facets()

    def organization_facets(
        self, facets_dict: OrderedDict[str, Any], organization_type: str, package_type: str | None
    ) -> OrderedDict[str, Any]:
        return facets.dataset_facets()

    # IGroupController, IOrganizationController; CKAN asks it of datasets too

    def edit(self, entity: Any) -> None:
        stale.edited(entity)

    def delete(self, entity: Any) -> None:
        stale.edited(entity)

    # IMiddleware

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        return faults.protect(caching.control(security.protect(app)))

    # IPackageController

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return query.in_vietnamese(default.without_withdrawn(search_params))

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return document.complete(pkg_dict)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        arrivals.edited(pkg_dict)

    # ISignal

    def get_signal_subscriptions(self) -> SignalMapping:
        return {
            tk.signals.action_succeeded: [
                {"sender": "member_create", "receiver": stale.joined_or_left},
                {"sender": "member_delete", "receiver": stale.joined_or_left},
                {"sender": "package_owner_org_update", "receiver": stale.moved},
                {"sender": "datastore_create", "receiver": changes.dictionary_saved},
            ]
        }

    # ITranslation

    def i18n_domain(self) -> str:
        return "ckanext-hue"

    # IUploader

    def get_uploader(self, upload_to: str, old_filename: str | None) -> None:
        """CKAN's own uploader serves."""

    def get_resource_uploader(self, resource: dict[str, Any]) -> FolderUpload | StorageUpload:
        """Name the file before CKAN drops its Vietnamese letters, and record it when it is stored."""
        rename_upload(resource)
        return resource_uploader(resource)
