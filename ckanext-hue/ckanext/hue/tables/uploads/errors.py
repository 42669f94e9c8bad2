"""Why an upload did not become a table, beyond what reading and loading say."""

from __future__ import annotations

from ckanext.hue.tables.errors import TableError


class FileMissing(TableError):
    """The storage has no file of the resource."""

    template = "Không tìm thấy tệp «{name}» trong kho lưu trữ. Hãy tải tệp lên lại."


class SheetMissing(TableError):
    """The file has no sheet of the name that the resource asks for."""

    template = (
        "Tệp không có trang tính «{sheet}». Các trang tính có dữ liệu: {sheets}."
        " Hãy sửa trường «Trang tính» của tài nguyên."
    )


class Superseded(TableError):
    """A newer file, or the end of the resource, makes this load pointless."""

    template = "Đã có tệp mới hơn, hoặc tệp này không còn được dùng."
