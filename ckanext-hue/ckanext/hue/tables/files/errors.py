"""Why a table is not given as a file, in words for the one who asked."""

from __future__ import annotations

from ckanext.hue.tables.errors import TableError


class FileError(TableError):
    """A file cannot be made. `status` is the HTTP status that says whose fault it is."""

    template = "Không tạo được tệp tải về."
    status = 400


class NoTable(FileError):
    """The DataStore holds no table of this resource."""

    template = "Tài nguyên này không có bảng dữ liệu nào để tải về."
    status = 404


class UnknownColumn(FileError):
    """A column was asked for that the table does not have."""

    template = "Bảng không có cột «{name}». Hãy xem tên cột trong từ điển dữ liệu."


class BadFilter(FileError):
    """A filter that is no value or list of values, or that the column's type cannot hold."""

    template = "Bộ lọc của cột «{name}» không dùng được: {reason}."


class BadSort(FileError):
    """An order that does not name columns."""

    template = (
        "Thứ tự «{clause}» không đọc được. Hãy viết tên cột, thêm «asc» (tăng dần) hoặc «desc» (giảm dần)."
    )


class BadSearch(FileError):
    """Words to search that are too many, or no text."""

    template = "Từ tìm kiếm phải là văn bản, dài nhất {limit} ký tự."


class BadLimit(FileError):
    """A number of rows that is none."""

    template = "Số dòng phải là số nguyên không âm."


class ValueRefused(FileError):
    """PostgreSQL cannot read a filter's value as the column's type."""

    template = (
        "Một giá trị của bộ lọc không đúng kiểu của cột."
        " Hãy dùng số cho cột số, dạng 2024-12-31 cho cột ngày, true hoặc false cho cột đúng/sai."
    )


class StillIndexing(FileError):
    """The table was published a moment ago and its full text is not there yet."""

    template = "Chỉ mục tìm kiếm của bảng đang được lập. Hãy thử lại sau ít phút, hoặc bỏ từ tìm kiếm."
    status = 503


class TableChanged(FileError):
    """A new version with other columns took the table's place between the question and the answer."""

    template = "Bảng vừa được cập nhật với các cột khác. Hãy tải lại trang rồi thử lại."
    status = 409


class TooSlow(FileError):
    """The statement ran, or its reader waited, longer than allowed."""

    template = "Tải về mất quá nhiều thời gian nên đã dừng. Hãy lọc bớt dòng hoặc chọn ít cột hơn."
    status = 503


class Misfit(FileError):
    """The rows do not fit the format. `reason` is a whole sentence."""

    template = "{reason}"
