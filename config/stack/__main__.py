"""The command line of ./hue."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from stack import commands, testing
from stack.arguments import Parser, port_number
from stack.errors import StackError
from stack.steps import warn

# Commands that hand all that follows on to another program, options included.
HANDED_ON: dict[str, tuple[Callable[[list[str]], int], str, str]] = {
    "test": (testing.run, "[--screenshots] [THAM SỐ PYTEST]", "kiểm tra mã nguồn và chạy các bộ kiểm thử"),
    "bench": (commands.bench, "[TÊN] [THAM SỐ]", "chạy một phép đo hiệu năng; không có tên thì liệt kê"),
    "ckan": (commands.ckan, "…", "công cụ dòng lệnh của CKAN với cấu hình của cổng"),
    "sandbox": (
        commands.sandbox,
        "--port CỔNG [--data THƯ_MỤC] [--tables N] [--rows N]",
        "chạy riêng nền tảng mô phỏng ở cửa sổ này",
    ),
}


def parser() -> Parser:
    """Return the description of every command."""
    main = Parser(prog="./hue", description="Cổng dữ liệu mở Huế: một lệnh cho mọi việc.")
    actions = main.add_subparsers(dest="action", required=True, metavar="LỆNH", title="các lệnh")

    up = actions.add_parser("up", help="cài những gì còn thiếu, khởi động cổng, thu thập dữ liệu mẫu")
    up.add_argument("--no-demo", action="store_true", help="không nền tảng mô phỏng, không dữ liệu mẫu")
    up.add_argument(
        "--port", type=port_number, metavar="CỔNG", help="cổng mạng của trang web (thường là 5000)"
    )
    up.set_defaults(run=lambda given: commands.up(with_demo=not given.no_demo, web_port=given.port))

    down = actions.add_parser("down", help="dừng mọi thành phần; dữ liệu được giữ nguyên")
    down.set_defaults(run=lambda given: commands.down())

    status = actions.add_parser("status", help="từng thành phần có chạy không, và số lượng dữ liệu")
    status.set_defaults(run=lambda given: commands.status())

    logs = actions.add_parser("logs", help="xem nhật ký")
    logs.add_argument(
        "part", nargs="?", metavar="THÀNH_PHẦN", help="chỉ một thành phần, ví dụ web hay worker"
    )
    logs.add_argument("-f", "--follow", action="store_true", help="theo dõi tiếp, dừng bằng Ctrl-C")
    logs.set_defaults(run=lambda given: commands.logs(given.part, given.follow))

    reset = actions.add_parser("reset", help="xóa mọi dữ liệu của bản cài này (có hỏi lại)")
    reset.add_argument("--yes", action="store_true", help="không hỏi lại")
    reset.set_defaults(run=lambda given: commands.reset(confirmed=given.yes))

    harvest = actions.add_parser("harvest", help="thu thập một nguồn và chờ kết quả")
    harvest.add_argument("name", metavar="TÊN_NGUỒN")
    harvest.set_defaults(run=lambda given: commands.ckan(["hue", "harvest", "run", given.name, "--wait"]))

    for name, (_, usage, text) in HANDED_ON.items():
        actions.add_parser(name, help=text, usage=f"./hue {name} {usage}")
    return main


def run(arguments: list[str]) -> int:
    """Run the command that the arguments name. Returns the exit code."""
    if arguments and arguments[0] in HANDED_ON and arguments not in (["test", "--help"], ["bench", "--help"]):
        action, _, _ = HANDED_ON[arguments[0]]
        return action(arguments[1:])
    given = parser().parse_args(arguments)
    return given.run(given)


def main() -> int:
    """Run, and turn what went wrong into a message."""
    try:
        return run(sys.argv[1:])
    except StackError as error:
        warn(f"\nLỗi: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        warn("\nĐã ngắt." + (" Chạy lại ./hue up để tiếp tục từ chỗ dừng." if "up" in sys.argv[1:2] else ""))
        return 130
    except BrokenPipeError:
        # whoever read our output, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
