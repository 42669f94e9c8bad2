"""Why a table could not be loaded, in words for its agency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import ckan.plugins.toolkit as tk

from .reading.base import Finding


class TableError(Exception):
    """A table cannot be loaded. `str(error)` is a sentence for the reader; `findings` say where, if known."""

    template = "Bảng không nạp được."
    findings: tuple[Finding, ...] = ()

    def __init__(self, **values: object) -> None:
        super().__init__(tk._(self.template).format(**values))

    def at(self, findings: Iterable[Finding]) -> Self:
        """The error itself, with the places that it is about."""
        self.findings = tuple(findings)
        return self


class NoColumns(TableError):
    """No row has any column and there is no dictionary."""

    template = "Bảng «{name}» không có cột nào nên không công bố được."


class TooManyColumns(TableError):
    """PostgreSQL tables hold 1,600 columns; ours stop before."""

    template = "Bảng có {count} cột, vượt quá giới hạn {limit} cột."


class TooMuchData(TableError):
    """What is staged goes beyond what a table may be."""

    template = (
        "Bảng có hơn {limit_gb} GB dữ liệu, vượt quá giới hạn của cổng; bảng cũ được giữ nguyên."
        " Hãy chia bảng theo năm hoặc theo khu vực."
    )


class RowsLost(TableError):
    """The published table would not hold the rows that were staged."""

    template = "Số bản ghi sau khi nạp ({published}) khác số đã nhận ({staged}); bảng cũ được giữ nguyên."


class RowsMissing(TableError):
    """A stream ended with other rows than its source says."""

    template = "Nguồn báo đã gửi {sent} bản ghi nhưng nhận được {received}; bảng cũ được giữ nguyên."


class NotUtf8(TableError):
    """A stream holds bytes that are no text."""

    template = "Bảng có chữ không phải UTF-8 nên không đọc được. Hãy chuyển dữ liệu ở nguồn sang UTF-8."


class DatabaseRefused(TableError):
    """PostgreSQL refused the data or the tables."""

    template = "Cơ sở dữ liệu từ chối bảng: {reason}. Bảng cũ được giữ nguyên."


class TooManyBadRows(TableError):
    """More rows have unreadable values than may be set aside."""

    template = (
        "{bad} trong {rows} bản ghi có giá trị không đọc được theo kiểu đã khai báo (ví dụ {example});"
        " nhiều hơn mức cho phép nên bảng cũ được giữ nguyên. Hãy sửa dữ liệu hoặc kiểu khai báo."
    )


class TypeLost(TableError):
    """A column that stands in the table with its declared type could now only be text."""

    template = (
        "Cột «{column}» khai báo kiểu {type} nhưng nhiều giá trị không còn đọc được theo kiểu đó;"
        " bảng cũ được giữ nguyên. Hãy sửa dữ liệu hoặc kiểu khai báo của cột."
    )


class SchemaDrift(TableError):
    """Columns of the published table vanished, or are of another type now."""

    template = (
        "Cấu trúc bảng ở nguồn đã thay đổi: {changes}. Bảng cũ được giữ nguyên; nếu thay đổi là đúng, hãy cho"
        " phép nguồn đổi cấu trúc rồi thu thập lại."
    )


class LoadUnderWay(TableError):
    """Another load of the same table took too long."""

    template = "Bảng đang được nạp bởi một lần chạy khác. Hãy thử lại sau khi lần chạy đó kết thúc."


class EmptyFile(TableError):
    """The file has no bytes, or nothing but blanks."""

    template = "Tệp «{filename}» rỗng. Hãy kiểm tra tệp rồi tải lên lại."


class NoTableInFile(TableError):
    """The file can be read but none of its sheets or lists holds a row."""

    template = (
        "Tệp «{filename}» không có bảng dữ liệu nào: {reason}. Hãy kiểm tra nội dung tệp rồi tải lên lại."
    )


class NotATable(TableError):
    """The file is of a kind that holds no table, or of a format that is not read here."""

    template = (
        "Tệp «{filename}» là {what}, không phải bảng dữ liệu mà cổng đọc được. Hãy lưu lại thành "
        "XLSX, XLS, ODS, CSV, JSON, NDJSON, GeoJSON hoặc Parquet rồi tải lên lại."
    )


class WebPageInstead(TableError):
    """An HTML page came in place of the data, mostly a sign-in or an error page that was saved."""

    template = (
        "Tệp «{filename}» là một trang web (HTML), không phải dữ liệu; thường do lưu nhầm trang đăng nhập "
        "hoặc trang báo lỗi. Hãy tải lại tệp gốc từ hệ thống nguồn rồi tải lên cổng."
    )


class PasswordProtected(TableError):
    """The file is encrypted."""

    template = "Tệp «{filename}» được bảo vệ bằng mật khẩu. Hãy gỡ mật khẩu, lưu lại rồi tải lên."


class BrokenFile(TableError):
    """The file is truncated or damaged."""

    template = (
        "Tệp «{filename}» bị hỏng hoặc chưa được tải lên trọn vẹn: {reason}. "
        "Hãy mở thử tệp trên máy, lưu lại rồi tải lên lần nữa."
    )


class TooLargeToRead(TableError):
    """The file exceeds one of the limits on bytes, cells, sheets or one cell's length."""

    template = "Tệp «{filename}» vượt quá giới hạn: {reason}. Hãy chia nhỏ dữ liệu rồi tải lên lại."


class SuspiciousArchive(TableError):
    """A compressed file declares, or holds, far more than a table compresses to."""

    template = (
        "Tệp «{filename}» không được mở vì lý do an toàn: {reason}. "
        "Hãy lưu lại tệp bằng phần mềm bảng tính rồi tải lên."
    )


class RaggedRows(TableError):
    """Too many rows have more cells than the header."""

    template = (
        "Tệp «{filename}» có {count} dòng nhiều ô hơn dòng tiêu đề (ví dụ dòng {row}). Thường do dấu ngăn "
        "cách nằm trong nội dung ô mà không được đặt trong dấu nháy kép. Hãy xuất lại tệp rồi tải lên."
    )


class BadJson(TableError):
    """The JSON is none, or is in no shape that a table can be read from."""

    template = "Tệp «{filename}» không đọc được: {reason}. Hãy xuất lại tệp từ hệ thống nguồn rồi tải lên."


class ReportedInFile(TableError):
    """An answer of the platform was saved that says that the platform failed (`code` other than 0)."""

    template = (
        "Tệp «{filename}» chứa thông báo lỗi của hệ thống nguồn (mã {code}): {message}. "
        "Hãy xuất lại dữ liệu từ nguồn."
    )


class IncompleteFile(TableError):
    """The file says that the table has more (or fewer) rows than it holds."""

    template = (
        "Tệp «{filename}» chưa đầy đủ: tệp ghi có {expected} bản ghi nhưng chỉ chứa {received}. "
        "Hãy xuất lại toàn bộ bảng từ nguồn rồi tải lên."
    )
