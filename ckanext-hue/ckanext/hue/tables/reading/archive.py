"""ZIP files that hold workbooks: checked member by member before anything else reads them.

A directory may lie about sizes, so each member is decompressed here once, no further than it declares.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ckanext.hue.tables.errors import BrokenFile, PasswordProtected, SuspiciousArchive, TooLargeToRead

from .base import Limits, grouped

_CHUNK = 1024**2
_MAX_MEMBERS = 10_000
# Text of tables shrinks to a tenth or a thirtieth, deflate at most to a thousandth.
_MAX_RATIO = 250
_SMALL = 32 * 1024**2  # whatever shrinks to this is no danger
_LOCAL_HEADER = struct.Struct("<4s22sHH")
_ENCRYPTED = 0x1


class Archive:
    """A checked directory of a ZIP file. `names` are its members."""

    def __init__(self, path: Path, filename: str, limits: Limits) -> None:
        self._path = path
        self._filename = filename
        self._limits = limits
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError, NotImplementedError) as error:
            raise BrokenFile(filename=filename, reason="không đọc được mục lục của tệp nén") from error
        self._members = {member.filename: member for member in members}
        self.names = frozenset(self._members)
        self._check(members)

    def _check(self, members: list[zipfile.ZipInfo]) -> None:
        if len(members) > _MAX_MEMBERS:
            raise SuspiciousArchive(filename=self._filename, reason=f"có hơn {_MAX_MEMBERS} thành phần nén")
        if len(self._members) < len(members):
            raise SuspiciousArchive(filename=self._filename, reason="có hai thành phần nén trùng tên")
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise PasswordProtected(filename=self._filename)
        if sum(member.file_size for member in members) > self._limits.decompressed_bytes:
            raise TooLargeToRead(
                filename=self._filename,
                reason=f"nội dung sau giải nén hơn {grouped(self._limits.decompressed_bytes / 1024**2)} MB",
            )
        for member in members:
            if member.file_size > max(_SMALL, member.compress_size * _MAX_RATIO):
                raise SuspiciousArchive(
                    filename=self._filename,
                    reason=f"tỷ lệ nén bất thường (hơn {_MAX_RATIO} lần), giống «bom nén»",
                )

    def verify(self, skip: frozenset[str] = frozenset()) -> None:
        """Decompress all members but those to skip, to prove that they hold what the directory says."""
        for name in self.names - skip:
            for _ in self.chunks(name):
                pass

    def read(self, name: str, limit: int) -> bytes:
        """One small member whole."""
        data = b""
        for chunk in self.chunks(name):
            data += chunk
            if len(data) > limit:
                raise TooLargeToRead(filename=self._filename, reason=f"thành phần «{name}» quá lớn")
        return data

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member's content. Raises BrokenFile, and SuspiciousArchive when it is not as long as declared."""
        member = self._members[name]
        produced = checksum = 0
        for chunk in self._decompressed(member):
            produced += len(chunk)
            if produced > member.file_size:
                break
            checksum = zlib.crc32(chunk, checksum)
            yield chunk
        if produced != member.file_size:
            raise SuspiciousArchive(
                filename=self._filename,
                reason="dung lượng thật của nội dung nén khác dung lượng ghi trong mục lục",
            )
        if checksum != member.CRC:
            raise BrokenFile(filename=self._filename, reason="nội dung nén bị sai lệch")

    def _decompressed(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BrokenFile(filename=self._filename, reason="kiểu nén không được hỗ trợ")
        with self._path.open("rb") as file:
            file.seek(member.header_offset)
            header = file.read(_LOCAL_HEADER.size)
            if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
                raise BrokenFile(filename=self._filename, reason="mục lục của tệp nén không khớp nội dung")
            _, _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
            file.seek(name_length + extra_length, 1)
            left = member.compress_size
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            while left > 0:
                data = file.read(min(_CHUNK, left))
                if not data:
                    raise BrokenFile(filename=self._filename, reason="tệp nén bị cắt giữa chừng")
                left -= len(data)
                if member.compress_type == zipfile.ZIP_STORED:
                    yield data
                    continue
                try:
                    while data:
                        yield inflate.decompress(data, _CHUNK)
                        data = inflate.unconsumed_tail
                    if left == 0:
                        yield inflate.flush()
                except zlib.error as error:
                    raise BrokenFile(filename=self._filename, reason="nội dung nén bị hỏng") from error
