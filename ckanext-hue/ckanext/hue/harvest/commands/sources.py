"""`ckan hue source …`."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from ckan import model

from ckanext.hue.harvest import checking, reports, sources
from ckanext.hue.harvest.errors import BadSourceSetting
from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.harvest.states import ACTIONS
from ckanext.hue.harvesters.kinds import KINDS

from .common import command, summary


@click.group()
def source() -> None:
    """Nguồn thu thập dữ liệu."""


@command(source, "add")
@click.argument("name")
@click.option("--type", "kind", type=click.Choice(list(KINDS)), help="Loại nguồn; mặc định: platform.")
@click.option("--url", required=True, help="Địa chỉ của nguồn.")
@click.option("--title", help="Tên hiển thị của nguồn.")
@click.option("--token", help="Mã truy cập (Authorization: Bearer) hoặc mật khẩu.")
@click.option(
    "--allow-private-host/--no-private-host",
    default=None,
    help="Cho phép máy chủ và cổng của nguồn thuộc mạng nội bộ.",
)
@click.option(
    "--number-format",
    type=click.Choice(["", "vi", "en"]),
    help="Cách nguồn viết số: vi là 1.234,5; en là 1,234.5.",
)
@click.option("--every", "every_minutes", type=int, help="Tự thu thập mỗi số phút này; 0: chỉ thu thập tay.")
@click.option("--organization", "owner_org", help="Cơ quan (tên hoặc id) được xem và điều khiển nguồn.")
@click.option("--email", help="Nơi nhận thư khi thu thập có lỗi.")
@click.option("--grace-days", type=int, help="Số ngày giữ bộ dữ liệu đã vắng mặt ở nguồn trước khi lưu trữ.")
@click.option("--bad-row-percent", type=float, help="Tỷ lệ bản ghi lỗi được để ra ngoài của mỗi bảng (%).")
@click.option("--accept-drift/--refuse-drift", default=None, help="Nhận bảng có cột bị mất hoặc đổi kiểu.")
@click.option("--keep-field", "keep_fields", multiple=True, help="Trường mô tả do người quản lý tự sửa.")
@click.option("--vouched-by", help="Ai cam kết nguồn không chứa dữ liệu cá nhân.")
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp JSON chứa các thiết lập riêng của loại nguồn.",
)
@click.option("--update", is_flag=True, help="Đổi thiết lập nếu nguồn đã có.")
def source_add(name: str, **given: Any) -> None:
    """Thêm nguồn. Người thêm cam kết nguồn không chứa dữ liệu cá nhân."""
    values = {key: value for key, value in given.items() if value is not None and value != ()}
    if "settings" in values:
        values["settings"] = _settings_in(values["settings"])
    if "keep_fields" in values:
        values["keep_fields"] = [field for field in values["keep_fields"] if field]
    if "owner_org" in values:
        values["owner_org"] = _organization(values["owner_org"])
    if "bad_row_percent" in values:
        values["bad_row_percent"] = Decimal(str(values["bad_row_percent"]))
    if values.get("every_minutes") == 0:
        values["every_minutes"] = None
    added = sources.add(name, **values)
    click.echo(f"Nguồn «{added.name}» ({added.title}) đã sẵn sàng: {added.url}")


def _organization(name: str) -> str | None:
    """The id of an organization; None for an empty name, which takes the source from its agency."""
    if not name:
        return None
    found = model.Group.get(name)
    if found is None or not found.is_organization:
        raise BadSourceSetting("organization", f"không có cơ quan «{name}» trên cổng")
    return found.id


def _settings_in(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadSourceSetting("settings", f"tệp {path.name} không phải JSON hợp lệ ({error})") from error
    if not isinstance(settings, dict):
        raise BadSourceSetting("settings", f"tệp {path.name} phải chứa một đối tượng JSON")
    return settings


@command(source, "list")
def source_list() -> None:
    """Liệt kê các nguồn."""
    for each in sources.all_sources():
        click.echo(f"{each.name}\t{each.kind}\t{each.url}\t{each.title}")


@command(source, "show")
@click.argument("name")
def source_show(name: str) -> None:
    """Xem một nguồn và lần thu thập gần nhất."""
    found = sources.get(name)
    for label, value in _described(found).items():
        click.echo(f"{label + ':':<24} {value}")
    for status in reports.latest(name):
        click.echo(summary(status))


def _described(found: HarvestSource) -> dict[str, str]:
    yes = {True: "có", False: "không"}
    return {
        "Tên": found.name,
        "Tiêu đề": found.title,
        "Loại": f"{found.kind} ({KINDS[found.kind].title})",
        "Địa chỉ": found.url,
        "Mã truy cập": yes[bool(found.token)],
        "Cho phép mạng nội bộ": yes[found.allow_private_host],
        "Lịch": f"mỗi {found.every_minutes} phút" if found.every_minutes else "chỉ thu thập tay",
        "Tạm dừng": yes[found.paused],
        "Thiết lập riêng": json.dumps(found.settings, ensure_ascii=False) if found.settings else "mặc định",
    }


@command(source, "check")
@click.argument("name")
def source_check(name: str) -> None:
    """Chạy thử: cho biết lần thu thập tới sẽ làm gì, không ghi gì cả."""
    findings = checking.check(sources.get(name))
    plan = findings.plan
    click.echo(f"Danh mục của nguồn có {plan.listed} bảng; {plan.unchanged} bảng mở không thay đổi.")
    for action, tables in plan.actions.items():
        click.echo(f"  {ACTIONS[action]}: {tables}")
        for _, remote_id, title in (one for one in plan.examples if one[0] == action):
            click.echo(f"    • {title} ({remote_id})")
    if plan.held:
        click.echo(f"  Sẽ chờ duyệt vì quá nhiều bảng cùng vắng mặt: {plan.held}")
    if findings.sample:
        sample = findings.sample
        click.echo(f"Đọc thử bảng «{sample.title}»: {sample.problem or 'được'}")
        if sample.columns:
            click.echo(f"  Các cột: {', '.join(sample.columns)}")


@command(source, "pause")
@click.argument("name")
def source_pause(name: str) -> None:
    """Tạm dừng nguồn: không thu thập theo lịch, việc đang chạy dừng sau phần đang làm."""
    sources.pause(name, paused=True)
    click.echo(f"Đã tạm dừng nguồn «{name}».")


@command(source, "resume")
@click.argument("name")
def source_resume(name: str) -> None:
    """Cho nguồn chạy tiếp."""
    sources.pause(name, paused=False)
    click.echo(f"Nguồn «{name}» chạy tiếp.")


@command(source, "remove")
@click.argument("name")
def source_remove(name: str) -> None:
    """Gỡ nguồn; các bộ dữ liệu đã công bố được giữ lại."""
    sources.remove(name)
    click.echo(f"Đã gỡ nguồn «{name}»; các bộ dữ liệu đã công bố được giữ lại.")
