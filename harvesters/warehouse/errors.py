"""What can go wrong with a warehouse, each with a message for the agency that has to act."""

from __future__ import annotations

from ckanext.hue.harvesters.errors import SourceError


class LoginRefused(SourceError):
    """The server knows no such account, or its password is another one."""

    template = (
        "Kho dữ liệu tại {url} không chấp nhận tài khoản «{user}»: {reason}. "
        "Hãy kiểm tra tài khoản, mật khẩu và quyền kết nối (pg_hba.conf) ở kho."
    )


class NotEncrypted(SourceError):
    """No encrypted connection as the setting asks for, or its certificate does not hold."""

    template = (
        "Không mở được kết nối mã hóa tới kho dữ liệu tại {url} theo sslmode «{sslmode}»: {reason}. "
        "Hãy bật TLS ở kho hoặc sửa thiết lập sslmode của nguồn."
    )


class NoDatabase(SourceError):
    """The server has no such database."""

    template = "Kho dữ liệu tại {url} không có cơ sở dữ liệu này. Hãy kiểm tra địa chỉ của nguồn."


class TooOld(SourceError):
    """The server lacks what is needed."""

    template = "Kho dữ liệu tại {url} chạy PostgreSQL {version}; cần phiên bản {oldest} trở lên."


class NoSchema(SourceError):
    """A schema of the settings does not exist, or the account may not use it: the listing is incomplete."""

    template = (
        "Kho dữ liệu không có lược đồ «{schema}» hoặc tài khoản không được dùng nó (GRANT USAGE ON SCHEMA). "
        "Không có gì bị thay đổi trên cổng."
    )


class NotAllowed(SourceError):
    """The account may not read what it has to read."""

    template = "Tài khoản của cổng không có quyền đọc: {reason}. Hãy cấp quyền SELECT ở kho dữ liệu."


class TableVanished(SourceError):
    """The table is no longer there, though the listing had it."""

    template = "Bảng {table} không còn trong kho dữ liệu, hoặc vừa được đổi tên."


class Locked(SourceError):
    """Somebody holds the table in a way that keeps readers out."""

    template = "Bảng ở kho dữ liệu đang bị khóa quá {seconds} giây. Lần thu thập sau sẽ thử lại."


class StatementTooSlow(SourceError):
    """The server took longer for a statement than it may."""

    template = (
        "Kho dữ liệu tại {url} xử lý quá {seconds} giây nên bị ngắt. "
        "Nếu là khung nhìn (view), hãy thay bằng khung nhìn vật hóa (materialized view)."
    )


class RefusedByWarehouse(SourceError):
    """PostgreSQL's own error, such as that of a view that cannot be computed."""

    template = "Kho dữ liệu báo lỗi khi đọc: {reason}. Hãy sửa bảng hoặc khung nhìn ở kho."


class TooManyBytes(SourceError):
    """The table exceeds the cap on bytes."""

    template = "Bảng vượt quá giới hạn {limit_gb} GB nên không được đọc tiếp. Hãy chia nhỏ bảng."


class NotUtf8(SourceError):
    """The database does not know its own encoding (SQL_ASCII), and what came is not UTF-8."""

    template = (
        "Kho dữ liệu tại {url} có chữ không phải UTF-8 (cơ sở dữ liệu mã hóa SQL_ASCII). "
        "Hãy chuyển cơ sở dữ liệu sang UTF-8."
    )
