"""What can go wrong with a source, each with a message for the agency that has to act."""

from __future__ import annotations


class SourceError(Exception):
    """A source did not give what it promised. `str(error)` is a Vietnamese sentence."""

    template = "Nguồn dữ liệu gặp lỗi."

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.template.format(**values))


class HostTrouble(SourceError):
    """The server itself is in trouble, whatever it is asked for: it may pass."""


class SettingsError(SourceError):
    """The source is described wrongly in the portal."""

    template = "Cấu hình của nguồn chưa đúng: {reason}"


class AddressRefused(SourceError):
    """The guard refuses the address (see `guard`)."""

    template = (
        "Cổng từ chối kết nối tới «{host}» vì địa chỉ {address} thuộc mạng nội bộ. "
        "Nếu đây là nguồn tin cậy, quản trị viên hệ thống cho phép địa chỉ nội bộ trong thiết lập của nguồn."
    )


class BadAddress(SourceError):
    """What the source gives for an address is none that can be asked."""

    template = "Nguồn đưa ra địa chỉ «{url}» không hợp lệ: phải có dạng http(s)://máy-chủ/…."


class BadRedirect(SourceError):
    """The server sends on to where no request goes."""

    template = "Nguồn tại {url} chuyển hướng sai: {reason}. Hãy báo đơn vị vận hành nguồn."


class OtherHost(SourceError):
    """Trouble with a server that is not the source's own: it is this one table's trouble."""

    template = "{told}"


class Unreachable(HostTrouble):
    """No connection, or it broke each time."""

    template = "Không kết nối được với nguồn tại {url}: {reason}. Hãy kiểm tra máy chủ nguồn và đường truyền."


class RefusedByServer(SourceError):
    """The server answered with an HTTP error."""

    template = "Nguồn trả lời mã lỗi HTTP {status} cho {url}. Hãy báo đơn vị vận hành nguồn."

    def __init__(self, *, status: int, **values: object) -> None:
        self.status = status
        super().__init__(status=status, **values)


class ServerBusy(RefusedByServer, HostTrouble):
    """The server answered each time with an error that may pass: 429, 500, 502, 503 or 504."""


class TooLarge(SourceError):
    """The body exceeds the cap on bytes."""

    template = "Câu trả lời của {url} vượt quá giới hạn {limit_mb} MB nên không được đọc tiếp."


class TooSlow(HostTrouble):
    """The body took longer than the total time limit."""

    template = "Câu trả lời của {url} kéo dài quá {seconds} giây nên bị ngắt."


class NotJson(SourceError):
    """The body is no JSON: an HTML page, a broken or truncated document."""

    template = "Nguồn trả lời {what} thay vì JSON hợp lệ tại {url}. Hãy báo đơn vị vận hành nguồn."


class NotText(SourceError):
    """The body is not in the encoding that it declares."""

    template = "Câu trả lời tại {url} không đọc được theo bảng mã {encoding}. Hãy báo đơn vị vận hành nguồn."


class NotRdf(SourceError):
    """The body is no RDF, or RDF that is not safe to read."""

    template = "Câu trả lời của nguồn tại {url} không phải RDF đọc được: {reason}."


class BadEnvelope(SourceError):
    """The JSON is valid but not in the shape that the contract describes."""

    template = "Câu trả lời của nguồn tại {url} không đúng cấu trúc: {reason}."


class ReportedError(SourceError):
    """The platform itself says that it failed (`code` other than 0)."""

    template = "Nguồn báo lỗi (mã {code}): {message}"


class IncompleteListing(SourceError):
    """The listing could not be proved complete, so nothing may be concluded from it."""

    template = "Danh mục của nguồn không đầy đủ: {reason}. Không có gì bị thay đổi trên cổng."


class IncompleteTable(SourceError):
    """A table came with fewer (or more) rows than the source says it has."""

    template = (
        "Bảng chưa đầy đủ: nguồn báo có {expected} bản ghi nhưng trả về {received}. "
        "Dữ liệu đang công bố được giữ nguyên; hãy kiểm tra lại bảng ở nguồn."
    )


class CountsDisagree(SourceError):
    """The listing and the table itself declare different numbers of rows."""

    template = (
        "Danh mục báo bảng có {listed} bản ghi nhưng chính bảng báo {told}. "
        "Dữ liệu đang công bố được giữ nguyên; hãy kiểm tra lại ở nguồn."
    )


class BadEntry(SourceError):
    """The listing describes the table wrongly."""

    template = "Danh mục của nguồn mô tả bảng này chưa đúng: {reason}."


class RepeatedPage(SourceError):
    """The server gives the same page again instead of the next one."""

    template = (
        "Nguồn trả lại cùng một trang dữ liệu thay vì trang kế tiếp, nên không chứng minh được bảng đầy đủ "
        "({received} trên {expected} bản ghi). Dữ liệu đang công bố được giữ nguyên."
    )


class TableChanged(SourceError):
    """The table changed while its pages were read; reading again from the start may help."""

    template = "Bảng liên tục thay đổi trong lúc đang đọc. Lần thu thập sau sẽ thử lại."
