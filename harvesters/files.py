"""Files on the web: a list of addresses, or a folder as its server lists it. Each file is a table.

Any format that uploads have is read, by the same readers. A listing says which version of a file there is
where the server tells (ETag, Last-Modified); else the file is asked for on condition.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, Any, ClassVar
from urllib.parse import unquote, urldefrag, urlsplit

from ckanext.hue.tables.errors import NoTableInFile
from ckanext.hue.tables.reading.opening import open_file
from ckanext.hue.tables.uploads.formats import KINDS as FORMATS

from . import defaults, errors, folders
from .addresses import HostPort, host_and_port, is_absolute
from .answers import Answer
from .base import Access, Chunk, Mark, NotModified, Setting, Sheet, TableEntry
from .http import Client

MAX_FILES = 10_000
MAX_FOLDERS = 1_000
MAX_ADDRESS = 500  # characters; it becomes the id of the table
ACCESS_LEVELS = ("mo", "dung-chung", "noi-bo")
USUAL_FILES = tuple(f"*{extension}" for extensions in FORMATS.values() for extension in extensions)
GONE = (404, 410)
UNNAMED = "data"  # the list of a file that holds just one table


class FilesSource:
    """A source of kind `files` (see `base.Source`)."""

    kind: ClassVar[str] = "files"
    title: ClassVar[str] = "Tệp trên mạng"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "addresses",
            "Địa chỉ các tệp",
            "Mỗi mục là «địa chỉ» hoặc «Tên bảng | địa chỉ». Để trống thì đọc thư mục tại địa chỉ nguồn.",
            "list",
        ),
        Setting(
            "include",
            "Chỉ lấy các tệp",
            "Mẫu tên tệp trong thư mục, ví dụ *.csv hoặc 2024/*.xlsx. Mặc định: mọi định dạng đọc được.",
            "list",
        ),
        Setting("subfolders", "Đọc cả thư mục con", "Mặc định: không", "flag"),
        *defaults.SETTINGS,
        Setting("access", "Mức độ mở", "Chỉ mo được công bố. Mặc định: mo", "choice", ACCESS_LEVELS),
    )

    def __init__(self, access: Access) -> None:
        self.given = access.settings
        self.client = Client(access.url, token=access.token, allow_private_host=access.allow_private_host)
        self.top = self.client.base + "/"
        self.silent: set[HostPort] = set()  # servers that do not tell versions
        self.listed = dict(_listed(line) for line in self.given.get("addresses", ()))
        if len(self.listed) != len(self.given.get("addresses", ())):
            raise errors.SettingsError(reason="thiết lập «addresses» có một địa chỉ hai lần.")
        if len(self.listed) > MAX_FILES:
            raise errors.SettingsError(reason=f"thiết lập «addresses» có hơn {MAX_FILES} địa chỉ.")

    def listing(self) -> Iterator[TableEntry]:
        """Yield an entry for each address, or for each file of the folder whose name is asked for."""
        self.silent.clear()
        if self.listed:
            for url, title in self.listed.items():
                yield self._entry(url, title or title_of(_name(url)))
            return
        for path in self._files():
            yield self._entry(path, title_of(path))

    def pages(self, entry: TableEntry, mark: str = "") -> Iterator[Chunk]:
        """Yield the rows of each sheet of the file. Raises SourceError, or TableError as its reader does."""
        known = "" if entry.tells_changes else mark
        with NamedTemporaryFile(prefix="hue-harvest-") as file:
            answer = self._download(self._address(entry.remote_id), file, known)
            if not answer.modified:
                raise NotModified
            # The type checker takes this package under its other name for another one.
            opened: Any = open_file(Path(file.name), _name(entry.remote_id))
            if not opened.sheets:
                raise NoTableInFile(filename=_name(entry.remote_id), reason="không trang tính nào có dữ liệu")
            for sheet in opened.sheets:
                for batch in opened.batches(sheet):
                    yield Sheet(sheet or UNNAMED, batch)
        if answer.mark and not entry.tells_changes:
            yield Mark(answer.mark)

    def _download(self, url: str, file: IO[bytes], mark: str) -> Answer:
        try:
            return self.client.download(url, file, mark=mark)
        except errors.HostTrouble as error:
            if host_and_port(url) == self.client.address:
                raise
            raise errors.OtherHost(told=str(error)) from error

    def _files(self) -> list[str]:
        """The files of the folder whose names are asked for. Raises IncompleteListing."""
        waiting, seen = deque([""]), {""}
        files: dict[str, None] = {}
        while waiting:
            links = self._folder(waiting.popleft())
            files |= {path: None for path in links.files if self._asked_for(path)}
            if too_long := [path for path in files if len(path) > MAX_ADDRESS]:
                raise errors.IncompleteListing(reason=f"tên tệp «{too_long[0][:100]}…» quá dài")
            if len(files) > MAX_FILES:
                raise errors.IncompleteListing(reason=f"thư mục có hơn {MAX_FILES} tệp")
            new = [path for path in links.folders if path not in seen] if self.given.get("subfolders") else []
            seen.update(new)
            waiting += new
            if len(seen) > MAX_FOLDERS:
                raise errors.IncompleteListing(reason=f"thư mục có hơn {MAX_FOLDERS} thư mục con")
        if not files:
            # A sign-in page and an empty folder look the same.
            raise errors.IncompleteListing(
                reason=f"trang {self.top} không có liên kết nào tới tệp dữ liệu trong thư mục đó"
            )
        return list(files)

    def _folder(self, path: str) -> folders.Links:
        address = self.top + folders.address(path)
        answer = self.client.get(address, accept="text/html")
        if not folders.same(answer.url, address):
            raise errors.IncompleteListing(
                reason=f"thư mục {address} chuyển hướng sang {answer.url[:200]}, hãy sửa lại địa chỉ nguồn"
            )
        return folders.read(answer.body.decode(errors="replace"), address, self.top)

    def _asked_for(self, path: str) -> bool:
        path = unquote(path).lower()
        name = PurePosixPath(path).name
        return any(
            fnmatchcase(path if "/" in glob else name, glob.lower())
            for glob in self.given.get("include", USUAL_FILES)
        )

    def _address(self, remote_id: str) -> str:
        return remote_id if self.listed else self.top + folders.address(remote_id)

    def _entry(self, remote_id: str, title: str) -> TableEntry:
        version, updated = self._version(self._address(remote_id))
        return TableEntry(
            remote_id=remote_id,
            title=title,
            access=self.given.get("access", "mo"),
            version=version,
            updated=updated,
            **defaults.given(self.given),
        )

    def _version(self, url: str) -> tuple[str | None, str]:
        """What the server says of the file's version, or nothing: then the file is asked for when it is read.

        A server that refuses to say, or cannot be reached, is not asked about each of its files.
        """
        host = host_and_port(url)
        if host in self.silent:
            return None, ""
        try:
            answer = self.client.head(url)
        except errors.SourceError as error:
            if error.values.get("status") not in GONE:
                self.silent.add(host)
            return None, ""
        if not answer.mark:
            return None, ""
        changed = answer.changed_at
        length = answer.headers.get("Content-Length", "")
        return f"{answer.mark} {length}".strip(), changed.isoformat() if changed else ""


def title_of(path: str) -> str:
    """A title from a file's path: `bao_cao/so-lieu_2024-01.csv` is "So lieu 2024-01 (bao cao)"."""
    *above, name = unquote(path).split("/")
    stem = _spaced(PurePosixPath(name).stem or name)
    title = stem[:1].upper() + stem[1:]
    return f"{title} ({' / '.join(map(_spaced, above))})" if above else title


def _spaced(name: str) -> str:
    words = re.sub(r"_+|(?<!\d)-+|-+(?!\d)", " ", unicodedata.normalize("NFC", name))
    return " ".join(words.split()) or name


def _name(remote_id: str) -> str:
    """The file's name as people know it."""
    path = urlsplit(remote_id).path if is_absolute(remote_id) else remote_id
    return unquote(PurePosixPath(path).name) or remote_id


def _listed(line: str) -> tuple[str, str]:
    """Address and title (or nothing) from a line of the setting. Raises SettingsError."""
    title, _, url = line.rpartition("|")
    url = urldefrag(url.strip()).url
    try:
        host_and_port(url)
    except ValueError as error:
        raise errors.SettingsError(
            reason=f"thiết lập «addresses»: «{line[:200]}» không có địa chỉ dạng http(s)://máy-chủ/…."
        ) from error
    if len(url) > MAX_ADDRESS:
        raise errors.SettingsError(
            reason=f"thiết lập «addresses»: «{url[:100]}…» dài hơn {MAX_ADDRESS} ký tự."
        )
    return url, title.strip()
