"""Start the sandbox platform: `python -m ckanext.hue.harvesters.sandbox --port P [options]`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from .catalogue import OPEN_TABLES, TABLES, BadSettings
from .server import SEED, Settings, make_sandbox


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ckanext.hue.harvesters.sandbox",
        description="Nền tảng thử nghiệm của Cổng dữ liệu mở Huế.",
    )
    parser.add_argument("--port", type=int, required=True, help="cổng TCP; 0: chọn cổng trống")
    parser.add_argument("--host", default="127.0.0.1", help="địa chỉ lắng nghe (mặc định: %(default)s)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="phục vụ các tệp JSON trong thư mục này")
    parser.add_argument(
        "--tables", type=int, default=TABLES, metavar="N", help="số bảng (mặc định: %(default)s)"
    )
    parser.add_argument(
        "--rows", type=int, metavar="R", help="số bản ghi mỗi bảng mô phỏng (mặc định: khoảng 100)"
    )
    parser.add_argument(
        "--open",
        type=int,
        metavar="K",
        dest="open_tables",
        help=f"số bảng mở (mặc định: {OPEN_TABLES} trên {TABLES} bảng, theo tỷ lệ)",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, metavar="S", help="hạt giống (mặc định: %(default)s)"
    )
    parser.add_argument("--token", metavar="T", help="đòi mã truy cập này (Authorization: Bearer)")
    parser.add_argument("--delay-ms", type=int, default=0, metavar="D", help="độ trễ của mỗi câu trả lời")
    parser.add_argument(
        "--control", action="store_true", help="mở các địa chỉ điều khiển /_sandbox cho kiểm thử"
    )
    return parser


def main(given: Sequence[str] | None = None) -> int:
    options = vars(arguments().parse_args(given))
    port, host = options.pop("port"), options.pop("host")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        server = make_sandbox(Settings(**options), host, port)
    except BadSettings as error:
        print(f"Lỗi: {error}", file=sys.stderr)
        return 2
    print(f"Nền tảng thử nghiệm: http://{host}:{server.socket.getsockname()[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
