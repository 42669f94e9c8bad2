"""The sandbox's answers and docs/platform-api.yaml describe the same contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from ckanext.hue.harvesters.sandbox import Settings, start_sandbox
from ckanext.hue.harvesters.sandbox.content.columns import KINDS
from ckanext.hue.harvesters.sandbox.tables import ACCESS_LEVELS, FREQUENCIES

DOCUMENT = yaml.safe_load(
    (Path(__file__).parents[3] / "docs" / "platform-api.yaml").read_text(encoding="utf-8")
)
SCHEMAS = DOCUMENT["components"]["schemas"]
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
CHECKED = {
    "$ref",
    "anyOf",
    "const",
    "enum",
    "items",
    "maxItems",
    "minLength",
    "minimum",
    "not",
    "pattern",
    "properties",
    "required",
    "type",
}
SAID_ONLY = {"description", "format", "default"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with start_sandbox(Settings(tables=60, rows=20, open_tables=60)) as address:
        yield address


def faults_of(value: Any, schema: dict[str, Any], place: str = "$") -> Iterator[str]:
    """Why a value does not fit a schema, for the keywords that the document uses."""
    assert set(schema) <= CHECKED | SAID_ONLY, set(schema) - CHECKED - SAID_ONLY
    if "$ref" in schema:
        yield from faults_of(value, SCHEMAS[schema["$ref"].rpartition("/")[2]], place)
    if "anyOf" in schema and all(any(faults_of(value, choice)) for choice in schema["anyOf"]):
        yield f"{place} fits no choice"
    if "const" in schema and (value != schema["const"] or isinstance(value, bool)):
        yield f"{place} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} is not one of {schema['enum']}"
    if "not" in schema and not any(faults_of(value, schema["not"])):
        yield f"{place} is what it must not be"
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if not any(is_of(value, name) for name in names):
            yield f"{place} is no {names}"
            return
    yield from limits_of(value, schema, place)
    if isinstance(value, dict):
        yield from (f"{place} lacks {name}" for name in schema.get("required", []) if name not in value)
        for name, described in schema.get("properties", {}).items():
            if name in value:
                yield from faults_of(value[name], described, f"{place}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from faults_of(item, schema["items"], f"{place}[{number}]")


def limits_of(value: Any, schema: dict[str, Any], place: str) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield f"{place} is too short"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{place} does not match {schema['pattern']}"
    if isinstance(value, int) and value < schema.get("minimum", value):
        yield f"{place} is too small"
    if isinstance(value, list) and len(value) > schema.get("maxItems", len(value)):
        yield f"{place} has too many items"


def is_of(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def answered(path: str, status: int) -> dict[str, Any]:
    """The documented schema of an answer in JSON."""
    response = DOCUMENT["paths"][path]["get"]["responses"][str(status)]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response["content"]["application/json"]["schema"]


def test_the_checker_finds_faults() -> None:
    entry = {"code": 0, "message": "x", "phien": "p", "tong": 1, "trang": 1, "data": [{"id": ""}]}
    found = list(faults_of(entry, SCHEMAS["DanhMuc"]))
    assert "$.data[0].id is too short" in found
    assert "$.data[0] lacks tenbang" in found
    assert list(faults_of({**entry, "code": 1}, SCHEMAS["DanhMuc"]))
    assert list(faults_of({"code": 0, "message": "x"}, SCHEMAS["Loi"]))


def test_the_listing_fits_and_nothing_in_it_is_undocumented(base: str) -> None:
    body = requests.get(f"{base}/danhmuc", timeout=10).json()
    assert list(faults_of(body, SCHEMAS["DanhMuc"])) == []
    assert not any(faults_of(body, answered("/danhmuc", 200)))
    assert set(body) == set(SCHEMAS["DanhMuc"]["properties"])
    described = SCHEMAS["MucDanhMuc"]["properties"]
    for entry in body["data"]:
        assert set(entry) == set(described)
        assert set(entry["lienhe"]) == set(described["lienhe"]["properties"])


def test_every_table_fits_and_nothing_in_it_is_undocumented(base: str) -> None:
    for entry in requests.get(f"{base}/danhmuc", timeout=10).json()["data"]:
        body = requests.get(f"{base}/bang/{entry['id']}", timeout=10).json()
        assert list(faults_of(body, SCHEMAS["Bang"])) == []
        assert set(body) == set(SCHEMAS["Bang"]["properties"])
        for column in body["hienthi"]:
            assert set(column) <= set(SCHEMAS["Truong"]["properties"])
            assert all(column["tentruong"] in row for row in body["data"])


@pytest.mark.parametrize(
    "body",
    [
        [{"id": 1}],
        [],
        {"code": 0, "message": "ok", "data": [{"id": 1}], "hienthi": []},
        {"totalRows": 190, "data": [{"id": 1}]},
        {"totalCount": "1", "newsList": [{"id": 1}]},
        {"truong": [{"id": 1}], "lop": [{"id": 1}]},
        {"code": 9, "message": "Lỗi"},
    ],
)
def test_an_export_in_any_envelope_fits(tmp_path: Path, body: Any) -> None:
    (tmp_path / "a.json").write_text(json.dumps(body), encoding="utf-8")
    with start_sandbox(Settings(data=tmp_path)) as base:
        assert not any(faults_of(requests.get(f"{base}/danhmuc", timeout=10).json(), SCHEMAS["DanhMuc"]))
        answer = requests.get(f"{base}/bang/a", timeout=10).json()
    assert answer == body
    assert not any(faults_of(answer, answered("/bang/{id}", 200)))


@pytest.mark.parametrize("path", ["/bang/{id}", "/csv/{id}"])
def test_errors_fit(base: str, path: str) -> None:
    response = requests.get(base + path.replace("{id}", "khong-co"), timeout=10)
    assert list(faults_of(response.json(), answered(path, response.status_code))) == []


def test_the_document_names_the_same_codes_as_the_code() -> None:
    described = SCHEMAS["MucDanhMuc"]["properties"]
    assert tuple(described["mucdo"]["enum"]) == ACCESS_LEVELS
    assert tuple(described["tansuat"]["enum"]) == FREQUENCIES
    assert tuple(SCHEMAS["Truong"]["properties"]["kieu"]["enum"]) == KINDS


def test_every_property_and_every_parameter_is_described() -> None:
    for name, schema in SCHEMAS.items():
        assert schema["description"], name
        for part, described in schema.get("properties", {}).items():
            assert "description" in described or "$ref" in described or part == "data", (name, part)
    for operations in DOCUMENT["paths"].values():
        for parameter in operations["get"]["parameters"]:
            if "$ref" in parameter:
                parameter = DOCUMENT["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
            assert parameter["description"]


def test_csv_headers_are_documented(base: str) -> None:
    headers = requests.get(f"{base}/csv/co-so-luu-tru", timeout=10).headers
    assert set(DOCUMENT["paths"]["/csv/{id}"]["get"]["responses"]["200"]["headers"]) <= set(headers)
