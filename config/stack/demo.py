"""The demonstration: the sandbox platform as a harvest source, harvested once."""

from __future__ import annotations

from stack import parts, portal, state
from stack.errors import StackError
from stack.steps import say

SOURCE = "sandbox"
TITLE = "Nền tảng Số hóa (mô phỏng)"
EVERY_MINUTES = "60"


def ensure() -> None:
    """Make the sandbox a source and harvest it, unless that was done; an unfinished harvest is continued."""
    address = parts.sandbox_url()
    if state.is_done("demo-harvest", address):
        return
    say("  Thu thập dữ liệu từ nền tảng mô phỏng:")
    add = (
        "hue",
        "source",
        "add",
        SOURCE,
        "--type",
        "platform",
        "--url",
        address,
        "--title",
        TITLE,
        "--every",
        EVERY_MINUTES,
        "--vouched-by",
        TITLE,
        "--allow-private-host",
        "--update",
    )
    if portal.run(add) != 0:
        raise StackError("Không khai báo được nguồn thu thập mô phỏng (thông báo ở trên).")
    if portal.run(("hue", "harvest", "run", SOURCE, "--wait")) != 0:
        raise StackError(
            "Thu thập từ nền tảng mô phỏng chưa trọn vẹn (thông báo ở trên). Chạy lại ./hue up để tiếp tục."
        )
    state.mark_done("demo-harvest", address)
