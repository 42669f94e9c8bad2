"""What the engine refuses, in words for the person at the terminal."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def refusal(error: tk.ValidationError) -> str:
    """What an action refused, field by field, as one line."""
    return "; ".join(f"{field}: {reason}" for field, reason in error.error_summary.items())


class HarvestError(Exception):
    """A harvest cannot be set up or run. `str(error)` is a Vietnamese sentence."""


class UnknownSource(HarvestError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Không có nguồn «{name}».")


class JobGone(HarvestError):
    def __init__(self) -> None:
        super().__init__("Lần thu thập này không còn; có lẽ nguồn đã bị gỡ.")


class QueueUnavailable(HarvestError):
    def __init__(self) -> None:
        super().__init__(
            "Không xếp được việc vào hàng đợi (Redis). Hãy chạy lại khi hàng đợi trả lời trở lại."
        )


class AgencyUnavailable(HarvestError):
    def __init__(self, title: str, reason: str) -> None:
        super().__init__(f"Không dùng được cơ quan hoặc lĩnh vực «{title}» trên cổng: {reason}.")


class SourceExists(HarvestError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Nguồn «{name}» đã có. Thêm --update nếu muốn đổi thiết lập của nguồn này.")


class BadSourceName(HarvestError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Tên nguồn «{name}» không hợp lệ: chỉ dùng chữ thường không dấu, chữ số và gạch nối,"
            " tối đa 100 ký tự."
        )


class BadSourceSetting(HarvestError):
    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(f"Thiết lập «{field}» của nguồn chưa đúng: {reason}.")


class SourcePaused(HarvestError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Nguồn «{name}» đang tạm dừng. Hãy cho chạy tiếp trước khi thu thập.")


class NothingToDo(HarvestError):
    """A job is not in a state in which this can be done."""


class LeaseLost(HarvestError):
    """Another worker may have taken over, or the job was cancelled: nothing more may be written."""

    def __init__(self) -> None:
        super().__init__("Phần việc đã được giao cho tiến trình khác hoặc đã bị hủy.")


class ReconcileUnderWay(HarvestError):
    def __init__(self) -> None:
        super().__init__("Việc đối soát đang chạy ở tiến trình khác; hãy chờ lần đó kết thúc.")
