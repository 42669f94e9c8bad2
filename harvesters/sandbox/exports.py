"""A catalogue of JSON files in a folder, each served in its own envelope."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from slugify import slugify

from . import vocabularies
from .catalogue import BadSettings, Catalogue
from .content.resources import read_yaml
from .tables import ACCESS_LEVELS, FREQUENCIES, LICENCE, OPEN, NoSuchRows, Page, Table, contact, csv_lines
from .times import HUE_TIME

OVERRIDES = "danhmuc.json"
MOST_FILES = 10_000
MOST_BYTES = 512 * 1024 * 1024
# Unix seconds from 2001 to 2286 at the end of a file name.
STAMP = re.compile(r"_(\d{10})$")
COUNTS = ("tongsobanghi", "totalRows", "totalCount")
DICTIONARY = "hienthi"
FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "id": str,
    "tenbang": str,
    "mota": str,
    "linhvuc": str,
    "macoquan": str,
    "tencoquan": str,
    "mucdo": str,
    "tansuat": str,
    "ngaycapnhat": str,
    "tongsobanghi": (int, type(None)),
    "mabam": (str, type(None)),
    "tukhoa": list,
    "giayphep": str,
    "lienhe": dict,
}


class UnreadableExport(NoSuchRows):
    """A file is no export; the message, in Vietnamese, names the file and says why."""


@dataclass(frozen=True, slots=True)
class ExportTable(Table):
    """One file. `item` is its entry in the listing, `digest` the hash of its bytes when it was listed."""

    path: Path
    item: Mapping[str, Any]
    digest: str

    @property
    def id(self) -> str:
        return self.item["id"]

    @property
    def access(self) -> str:
        return self.item["mucdo"]

    @property
    def version(self) -> str | None:
        return self.item["mabam"]

    def entry(self) -> dict[str, Any]:
        return dict(self.item)

    def answer(self, page: Page) -> Any:
        body = _read(self.path, self.digest)
        if isinstance(body, list):
            return body[page.start : page.stop]
        return {
            key: value[page.start : page.stop] if _is_list(key, value) else value
            for key, value in body.items()
        }

    def csv(self) -> tuple[int, Iterator[str]]:
        lists = lists_of(_read(self.path, self.digest))
        if len(lists) != 1:
            raise NoSuchRows(f"Bảng “{self.id}” có {len(lists)} danh sách, không có bản CSV.")
        (rows,) = lists.values()
        names = list(dict.fromkeys(name for row in rows for name in row))
        return len(rows), csv_lines(names, ([_flat(row.get(name)) for name in names] for row in rows))

    def changed(self, **change: Any) -> Table:
        if set(change) - {"access"}:
            raise NoSuchRows(f"Nội dung bảng “{self.id}” lấy từ tệp {self.path.name}, không đổi được ở đây.")
        return replace(self, item={**self.item, "mucdo": change.get("access", self.access)})


def lists_of(body: Any) -> dict[str, list[dict[str, Any]]]:
    """The lists of an export by their key ("" for a bare one): those of objects, and an empty `data`."""
    if isinstance(body, list):
        return {"": body}
    return {key: value for key, value in body.items() if _is_list(key, value)}


def _is_list(key: str, value: Any) -> bool:
    if key == DICTIONARY or not isinstance(value, list):
        return False
    return all(isinstance(item, dict) for item in value) if value else key == "data"


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


@lru_cache(maxsize=8)
def _read(path: Path, digest: str) -> Any:
    """The parsed file; raises UnreadableExport when it is no export or no longer the one that was listed."""
    content = _bytes(path)
    if _digest(content) != digest:
        raise UnreadableExport(f"Tệp {path.name} đã thay đổi sau khi nền tảng thử nghiệm khởi động.")
    return parsed(path.name, content)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableExport(f"Tệp {path.name} lớn hơn {MOST_BYTES // 1024 // 1024} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableExport(f"Không đọc được tệp {path.name}: {error.strerror}.") from error


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def parsed(name: str, content: bytes) -> Any:
    """The body of an export: a list of objects, or an object. Raises UnreadableExport."""
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableExport(f"Tệp {name} không phải UTF-8 (byte thứ {error.start + 1}).") from error
    except json.JSONDecodeError as error:
        raise UnreadableExport(
            f"Tệp {name} không phải JSON hợp lệ (dòng {error.lineno}, cột {error.colno})."
        ) from error
    except RecursionError as error:
        raise UnreadableExport(f"Tệp {name} lồng quá nhiều cấp.") from error
    if isinstance(body, dict) or (isinstance(body, list) and all(isinstance(item, dict) for item in body)):
        return body
    raise UnreadableExport(f"Tệp {name} phải chứa một đối tượng hoặc một danh sách đối tượng JSON.")


def declared_count(body: Any) -> int:
    """The number of rows that an export says it has, else the number that it holds in all its lists."""
    if isinstance(body, dict):
        for key in COUNTS:
            text = str(body.get(key, ""))
            if re.fullmatch(r"[0-9]{1,12}", text):
                return int(text)
    return sum(len(rows) for rows in lists_of(body).values())


def folder_catalogue(folder: Path) -> tuple[Catalogue, list[str]]:
    """The catalogue of a folder, and a message for each file that is no export; raises BadSettings."""
    if not folder.is_dir():
        raise BadSettings(f"Không có thư mục dữ liệu {folder}.")
    paths = sorted(path for path in folder.glob("*.json") if path.name != OVERRIDES and path.is_file())
    if not paths:
        raise BadSettings(f"Thư mục {folder} không có tệp .json nào.")
    if len(paths) > MOST_FILES:
        raise BadSettings(f"Thư mục {folder} có hơn {MOST_FILES} tệp .json.")
    overrides = _overrides(folder / OVERRIDES, {path.name for path in paths})
    tables: dict[str, ExportTable] = {}
    problems = []
    for path in paths:
        table, problem = _listed(path, overrides.get(path.name, {}), tables)
        if table.id in tables:
            raise BadSettings(
                f"{OVERRIDES}: id “{table.id}” của tệp {path.name} đã dùng cho {tables[table.id].path.name}."
            )
        tables[table.id] = table
        if problem:
            problems.append(problem)
    return Catalogue(list(tables.values())), problems


def _listed(
    path: Path, override: Mapping[str, Any], taken: Mapping[str, Any]
) -> tuple[ExportTable, str | None]:
    """A file's table, and what is wrong with the file."""
    content, count, problem = b"", None, None
    try:
        content = _bytes(path)
        count = declared_count(parsed(path.name, content))
    except UnreadableExport as error:
        problem = str(error)
    digest = _digest(content)
    item = {**_described(path, taken), "tongsobanghi": count, "mabam": digest}
    item = {**item, **override}
    if "macoquan" in override and "tencoquan" not in override:
        known = vocabularies.agencies().get(item["macoquan"])
        item["tencoquan"] = known.name if known else item["macoquan"]
    return ExportTable(path, item, digest), problem


def _described(path: Path, taken: Mapping[str, Any]) -> dict[str, Any]:
    """The listing's entry as far as it follows from the file's name."""
    stamp = STAMP.search(path.stem)
    bare = path.stem[: stamp.start()] if stamp else path.stem
    slug = slugify(bare) or "bang"
    moment = datetime.fromtimestamp(int(stamp.group(1)), HUE_TIME) if stamp else _modified(path)
    about = {**_known()["otherwise"], **_known().get(slug, {})}
    return {
        "id": _free(slug, taken),
        "tenbang": about.get("tenbang") or " ".join(re.split(r"[-_\s]+", bare)).strip() or path.stem,
        "mota": about.get("mota") or f"Bảng dữ liệu được xuất từ tệp {path.name}; chưa có mô tả chi tiết.",
        "linhvuc": about["linhvuc"],
        "macoquan": about["macoquan"],
        "tencoquan": vocabularies.agencies()[about["macoquan"]].name,
        "mucdo": OPEN,
        "tansuat": about["tansuat"],
        "ngaycapnhat": moment.isoformat(),
        "tukhoa": about["tukhoa"],
        "giayphep": LICENCE,
        "lienhe": contact(about["macoquan"]),
    }


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC).astimezone(HUE_TIME)


def _free(slug: str, taken: Mapping[str, Any]) -> str:
    """The slug, or with the first number that makes it another id."""
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return free


@cache
def _known() -> dict[str, dict[str, Any]]:
    return read_yaml("exports.yaml")


def _overrides(path: Path, names: set[str]) -> dict[str, dict[str, Any]]:
    """Listing fields by file name; raises BadSettings."""
    if not path.is_file():
        return {}
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise BadSettings(f"Không đọc được {path}: {error}.") from error
    if not isinstance(given, dict) or not all(isinstance(value, dict) for value in given.values()):
        raise BadSettings(f"{path} phải là một đối tượng JSON: tên tệp → các trường của danh mục.")
    for name, fields in given.items():
        if name not in names:
            raise BadSettings(f"{path} nêu tệp “{name}” không có trong thư mục.")
        for field, value in fields.items():
            _check_override(f"{path}, tệp “{name}”", field, value)
    return given


def _check_override(where: str, field: str, value: Any) -> None:
    choices: dict[str, Sequence[str]] = {"mucdo": ACCESS_LEVELS, "tansuat": FREQUENCIES}
    if field not in FIELDS:
        raise BadSettings(f"{where}: không có trường “{field}”.")
    if not isinstance(value, FIELDS[field]) or isinstance(value, bool) or value == "":
        raise BadSettings(f"{where}: trường “{field}” sai kiểu.")
    if field in choices and value not in choices[field]:
        raise BadSettings(f"{where}: trường “{field}” phải là một trong {', '.join(choices[field])}.")
