"""Questions to tables: groups, profiles, and what is added to the DataStore's search (docs/api.md)."""

from __future__ import annotations

import json
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.logic import auth_audit_exempt, validate
from ckan.types import Action, Context, DataDict, Schema, ValidatorFactory

from ckanext.datastore.backend import DatastoreBackend
from ckanext.hue import config
from ckanext.hue.whole_numbers import whole_number

from . import history, versions
from .aggregate import MAX_LIMIT, MAX_OFFSET, aggregate
from .files import jobs as file_jobs
from .profile import profile_of
from .querying import columns_of, printable

MAX_PAGE = 1_000  # versions or rows of one answer
MAX_VERSION = 2**31 - 1
MAX_JSON = 100_000  # characters of a parameter that is JSON in an address


def _from_json(value: Any) -> Any:
    """Read what an address holds as text; text that is no JSON stands for itself, as a column's name does."""
    if not isinstance(value, str):
        return value
    if len(value) > MAX_JSON:
        raise tk.Invalid(f"Dài hơn {MAX_JSON} ký tự; hãy rút gọn.")
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _items(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _conditions(value: Any) -> Any:
    if value is None or isinstance(value, (dict, list)):
        return value
    raise tk.Invalid('Bộ lọc là một đối tượng JSON, ví dụ {"cột": "giá trị"}.')


def _clauses(value: Any) -> list[str]:
    clauses = value.split(",") if isinstance(value, str) and value else _items(value)
    if not all(isinstance(clause, str) for clause in clauses):
        raise tk.Invalid("Thứ tự là tên cột, có thể thêm asc hoặc desc.")
    return clauses


def _resource_id(value: Any) -> str:
    if not isinstance(value, str) or printable(value) != value:
        raise tk.Invalid("Mã tài nguyên không hợp lệ.")
    return value


def _nothing_else(value: Any) -> None:
    if value:
        raise tk.Invalid(f"Không có tham số nào tên {', '.join(map(str, value))}.")


def _aggregate_schema() -> Schema:
    get = tk.get_validator
    default = cast(ValidatorFactory, get("default"))
    return cast(
        Schema,
        {
            "resource_id": [get("not_missing"), get("not_empty"), _resource_id],
            "group_by": [default([]), _from_json, _items],
            "measures": [default([]), _from_json, _items],
            "filters": [default(None), _from_json, _conditions],
            "sort": [default([]), _clauses],
            "limit": whole_number(MAX_LIMIT, default=100),
            "offset": whole_number(MAX_OFFSET, default=0),
            "__extras": [_nothing_else],
            "__junk": [_nothing_else],
        },
    )


def _profile_schema() -> Schema:
    get = tk.get_validator
    return cast(
        Schema,
        {
            "resource_id": [get("not_missing"), get("not_empty"), _resource_id],
            "__extras": [_nothing_else],
            "__junk": [_nothing_else],
        },
    )


@tk.side_effect_free
@validate(_aggregate_schema)
def hue_table_aggregate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Group the rows of a table and compute measures of each group.

    Lists and objects may be given as JSON text, so that the action can be called by GET.

    :param resource_id: id of the resource (not an alias)
    :type resource_id: string
    :param group_by: columns, at most 8; each a name, or an object of `column`, `granularity` (year, quarter,
        month, week or day: the date on which the period begins) and `as` (the name in the answer)
    :type group_by: list, default: one group of all rows
    :param measures: at most 30 objects of `function` (count, count_distinct, sum, avg, min, max), `column`
        (count alone goes without) and `as`
    :type measures: list, default: [{"function": "count"}]
    :param filters: as datastore_search takes them; null finds empty cells
    :type filters: dictionary or list of dictionaries
    :param sort: names in the answer, as datastore_search takes them; the groups themselves always come last
    :type sort: list or comma separated string
    :param limit: at most 10,000, default: 100
    :type limit: int
    :param offset: how many groups to leave out, default: 0
    :type offset: int

    :returns: `fields` (id, type), `records`, `total` (the number of groups), `limit`, `offset`, `resource_id`
    :rtype: dictionary
    """
    columns = columns_of(data_dict["resource_id"])
    tk.check_access("hue_table_aggregate", context, {"resource_id": data_dict["resource_id"]})
    question = {key: value for key, value in data_dict.items() if not key.startswith("__")}
    return aggregate(columns=columns, milliseconds=config.query_timeout(), **question)


@tk.side_effect_free
@validate(_profile_schema)
def hue_table_profile(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Describe the values of each column of a table.

    :param resource_id: id of the resource (not an alias)
    :type resource_id: string

    :returns: `resource_id`, `version` (null for a table that was edited or made by other means than loading),
        `rows` and `columns`; the keys of a column are described in docs/api.md
    :rtype: dictionary
    """
    columns = columns_of(data_dict["resource_id"])
    tk.check_access("hue_table_profile", context, {"resource_id": data_dict["resource_id"]})
    return profile_of(data_dict["resource_id"], columns, config.query_timeout())


def _page_schema(**more: list[Any]) -> Schema:
    return cast(
        Schema,
        {
            **_profile_schema(),
            "limit": whole_number(MAX_PAGE, default=100),
            "offset": whole_number(MAX_OFFSET, default=0),
            **more,
        },
    )


def _changes_schema() -> Schema:
    return _page_schema(version=whole_number(MAX_VERSION))


@tk.side_effect_free
@validate(_page_schema)
def hue_table_versions(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """List the states in which a table was published, newest first.

    :param resource_id: id of the resource (not an alias)
    :type resource_id: string
    :param limit: at most 1,000, default: 100
    :type limit: int
    :param offset: how many versions to leave out, default: 0
    :type offset: int

    :returns: dictionaries of `version`, `loaded` (ISO 8601), `rows`, `added`, `changed`, `removed` (rows
        against the version before; null without a key), `quarantined` (rows left out) and `content_hash`
    :rtype: list
    """
    tk.check_access("hue_table_versions", context, {"resource_id": data_dict["resource_id"]})
    return history.versions_of(data_dict["resource_id"], data_dict["limit"], data_dict["offset"])


@tk.side_effect_free
@validate(_changes_schema)
def hue_table_changes(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """List the rows that a version of a table added, changed and removed, as far as they are kept.

    :param resource_id: id of the resource (not an alias)
    :type resource_id: string
    :param version: number of the version
    :type version: int
    :param limit: at most 1,000, default: 100
    :type limit: int
    :param offset: how many rows to leave out, default: 0
    :type offset: int

    :returns: dictionaries of `kind` (added, changed, removed), `key`, `before` and `after` (rows, or null)
    :rtype: list
    """
    tk.check_access("hue_table_changes", context, {"resource_id": data_dict["resource_id"]})
    return history.changes_of(
        data_dict["resource_id"], data_dict["version"], data_dict["limit"], data_dict["offset"]
    )


@tk.chained_action
@tk.side_effect_free
@auth_audit_exempt  # as CKAN's own, which asks for no permission to read the list of tables
def datastore_search(original: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep the portal's time limit, and refuse a search for words while the full text is being built."""
    # CKAN's type of a context does not know the DataStore's time limit.
    cast(dict[str, Any], context).setdefault("query_timeout", config.query_timeout())
    if data_dict.get("q") or data_dict.get("full_text"):
        _refuse_without_full_text(
            context, printable(str(data_dict.get("resource_id") or data_dict.get("id") or ""))
        )
    return original(context, data_dict)


@tk.chained_action
def datastore_create(original: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have the files of a table written anew when its data dictionary or its columns changed."""
    result = original(context, data_dict)
    file_jobs.dictionary_changed(result["resource_id"])
    return result


def _refuse_without_full_text(context: Context, name: str) -> None:
    version = versions.current(name) or versions.current(_resource_of_alias(name))
    if version is None or version.indexed:
        return
    # Only who may read the table learns that it is being indexed.
    tk.check_access("datastore_search", tk.fresh_context(context), {"resource_id": version.resource_id})
    raise tk.ValidationError(
        {
            "q": [
                "Bảng vừa được cập nhật và chỉ mục tìm kiếm đang được lập, nên chưa tìm theo từ được."
                " Hãy thử lại sau ít phút; lọc và sắp xếp vẫn dùng được."
            ]
        }
    )


def _resource_of_alias(name: str) -> str:
    _, resource_id = DatastoreBackend.get_active_backend().resource_id_from_alias(name)
    return resource_id or ""
