"""Why a table could not be loaded, in words for its agency."""

from __future__ import annotations

from collections.abc import Sequence

from .reading.base import Finding


class TableError(Exception):
    """A table cannot be loaded. `str(error)` is a Vietnamese sentence; `findings` say where, if known."""

    template = "Bảng không nạp được."

    def __init__(self, *, findings: Sequence[Finding] = (), **values: object) -> None:
        super().__init__(self.template.format(**values))
        self.findings = tuple(findings)


class NoColumns(TableError):
    """No row has any column and there is no dictionary."""

    template = "Bảng «{name}» không có cột nào nên không công bố được."


class TooManyColumns(TableError):
    """PostgreSQL tables hold 1,600 columns; ours stop before."""

    template = "Bảng có {count} cột, vượt quá giới hạn {limit} cột."


class RowsLost(TableError):
    """The published table would not hold the rows that were staged."""

    template = "Số bản ghi sau khi nạp ({published}) khác số đã nhận ({staged}); bảng cũ được giữ nguyên."


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
