"""PostgreSQL's errors as errors of a source."""

from __future__ import annotations

import psycopg2
from psycopg2 import errorcodes

from ckanext.hue.harvesters.errors import SourceError, Unreachable

from . import errors
from .address import Address

LOCK_SECONDS = 60  # that a table may be locked by others
_REASON = 300  # characters of a server's own words
_BROKEN = "đường truyền bị ngắt giữa chừng"
# libpq tells no code when connecting fails; the server's words are in its language, so they may tell nothing.
_CONNECTING: tuple[tuple[str, type[SourceError], str], ...] = (
    ("password authentication failed", errors.LoginRefused, "tên hoặc mật khẩu không đúng"),
    ("no password supplied", errors.LoginRefused, "máy chủ đòi mật khẩu nhưng nguồn chưa khai báo"),
    ("no pg_hba.conf entry", errors.LoginRefused, "máy chủ không cho phép kết nối từ địa chỉ của cổng"),
    ("role ", errors.LoginRefused, "không có tài khoản này"),
    ("permission denied for database", errors.LoginRefused, "chưa được cấp quyền CONNECT"),
    ("does not support SSL", errors.NotEncrypted, "máy chủ không hỗ trợ TLS"),
    ("certificate", errors.NotEncrypted, "chứng chỉ của máy chủ không được tin cậy"),
    ("SSL", errors.NotEncrypted, "bắt tay TLS không thành"),
    ("database ", errors.NoDatabase, ""),
    ("timeout expired", Unreachable, "quá thời gian chờ"),
    ("timed out", Unreachable, "quá thời gian chờ"),
    ("Connection refused", Unreachable, "máy chủ từ chối kết nối"),
    ("closed the connection", Unreachable, _BROKEN),
)


def of_connecting(error: psycopg2.Error, address: Address, sslmode: str) -> SourceError:
    """Why no connection came about."""
    said = str(error)
    # With several addresses the last attempt counts; what stands before names host and account.
    last = said.strip().rpartition("connection to server")[2].partition("failed:")[2] or said
    for words, kind, reason in _CONNECTING:
        if words in last:
            return kind(url=str(address), user=address.user, sslmode=sslmode, reason=reason)
    return Unreachable(url=str(address), reason=_short(last))


def of_statement(error: Exception, address: Address, seconds: int) -> SourceError:
    """Why a statement failed."""
    if not isinstance(error, psycopg2.Error):
        return errors.NotUtf8(url=str(address))
    url, code = str(address), error.pgcode or ""
    reason = _short(error.diag.message_primary or str(error))
    if code == errorcodes.INSUFFICIENT_PRIVILEGE:
        return errors.NotAllowed(reason=reason)
    if code == errorcodes.QUERY_CANCELED:
        return errors.StatementTooSlow(url=url, seconds=seconds)
    if code == errorcodes.LOCK_NOT_AVAILABLE:
        return errors.Locked(seconds=LOCK_SECONDS)
    if not code or code.startswith("08") or code in _SHUTDOWNS:
        return Unreachable(url=url, reason=_BROKEN)
    return errors.RefusedByWarehouse(reason=reason)


_SHUTDOWNS = (errorcodes.ADMIN_SHUTDOWN, errorcodes.CRASH_SHUTDOWN, errorcodes.CANNOT_CONNECT_NOW)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON else f"{line[:_REASON]}…"
