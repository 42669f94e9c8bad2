"""The explorer's pages: the same rows in page, chart, map and file; hostile names; who may look."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from ckanext.datastore.backend.postgres import get_read_engine

from ckanext.hue.harvesters.base import Column
from ckanext.hue.tables import loading
from ckanext.hue.tables.querying import columns_of
from ckanext.hue.tables.reading.opening import open_file

Publish = Callable[..., dict[str, Any]]
EXPORTS = Path(__file__).parents[4] / "shared" / "real-tables"

COLUMNS = (
    Column("ten", "Tên điểm"),
    Column("loai", "Loại"),
    Column("khach", "Lượt khách", "int"),
    Column("ngay", "Ngày", "date"),
    Column("luc", "Lúc", "timestamp"),
    Column("mo", "Mở cửa", "bool"),
    Column("kinhdo", "Kinh độ", "numeric"),
    Column("vido", "Vĩ độ", "numeric"),
)
ROWS = [
    {
        "ten": f"Điểm Huế {number}" if number % 2 else f"Lăng tẩm {number}",
        "loai": ["Di tích", "Lễ hội", "Tổng số"][number % 3],
        "khach": number * 10,
        "ngay": f"2024-{1 + number % 12:02}-01",
        "luc": f"2024-01-{1 + number % 28:02}T23:30:00",
        "mo": number % 2 == 0,
        "kinhdo": None if number == 7 else 107.5 + number / 1000,
        "vido": 16.4 + number / 1000,
    }
    for number in range(60)
]
HOSTILE = ["__proto__", "a.b,c]", "\"x';--", "<script>alert(1)</script>", "from.khach", "%s %(x)s :y"]


@pytest.fixture
def points(published: Publish) -> dict[str, Any]:
    return published(ROWS, *COLUMNS)


def page(client: Any, made: dict[str, Any], pairs: list[tuple[str, str]], embed: bool = False) -> str:
    path = f"/dataset/{made['name']}/resource/{made['table']}{'/embed' if embed else ''}?{urlencode(pairs)}"
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def panel(client: Any, made: dict[str, Any], pairs: list[tuple[str, str]]) -> str:
    answer = client.get(f"/explorer/{made['table']}/panel?{urlencode(pairs)}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def cells(text: str) -> list[list[str]]:
    bodies = re.findall(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", bodies[0], re.DOTALL) if bodies else []
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in rows
    ]


def figures(text: str) -> dict[str, Any]:
    found = re.search(r"data-figures>(.*?)</script>", text, re.DOTALL)
    assert found, text
    return json.loads(found[1])


ASKED = [
    [],
    [("q", "lang tam")],
    [("from.khach", "100"), ("to.khach", "200")],
    [("has.ten", "diem hue")],
    [("is.loai", "Di tích"), ("is.loai", "Lễ hội"), ("is.mo", "true")],
    [("from.ngay", "2024-03-01"), ("to.ngay", "2024-05-01"), ("sort", "khach"), ("order", "desc")],
    [("to.luc", "2024-01-02"), ("show", "ten"), ("show", "khach")],
    [("from.khach", "12.5"), ("to.khach", "1e2")],
    [("is.khach", "50.0"), ("is.khach", "1_00")],
    [("from.khach", "1"), ("to.khach", "99999999999999999999999")],
    [("from.ngay", "2024-W10-1"), ("from.luc", "20240102T2330")],
]


@pytest.mark.parametrize("pairs", ASKED)
def test_the_page_shows_what_the_download_holds(client: Any, points: dict[str, Any], pairs: Any) -> None:
    shown = panel(client, points, pairs)
    link = re.search(r'href="(/download/[^"]+\.csv[^"]*)"', shown)
    assert link
    file = client.get(unescape(link[1])).get_data().decode("utf-8-sig")
    names, *rows = csv.reader(io.StringIO(file))
    assert len(names) == (2 if dict(pairs).get("show") else len(COLUMNS))
    assert cells(shown)
    assert [row[0] for row in cells(shown)] == [row[0] for row in rows][:20]
    total = re.search(r"trên tổng số (\d+)|of (\d+)", shown)
    assert total
    assert int(total[1] or total[2]) == len(rows)


def test_chart_and_rows_count_the_same(client: Any, points: dict[str, Any]) -> None:
    pairs = [("tab", "chart"), ("chart", "bar"), ("x", "mo"), ("has.ten", "LĂNG"), ("totals", "1")]
    drawn = figures(panel(client, points, pairs))
    assert sum(drawn["series"][0]["values"]) == 30


def test_rows_that_are_totals_are_not_counted_twice(client: Any, points: dict[str, Any]) -> None:
    pairs = [("tab", "chart"), ("chart", "bar"), ("x", "loai"), ("fn", "sum"), ("y", "khach")]
    assert set(figures(panel(client, points, pairs))["categories"]) == {"Di tích", "Lễ hội"}
    assert "Tổng số" in figures(panel(client, points, [*pairs, ("totals", "1")]))["categories"]


def test_many_groups_end_with_the_others(client: Any, points: dict[str, Any]) -> None:
    pairs = [("tab", "chart"), ("chart", "bar"), ("x", "ten"), ("fn", "sum"), ("y", "khach"), ("totals", "1")]
    drawn = figures(panel(client, points, pairs))
    assert len(drawn["categories"]) == 21
    assert sum(drawn["series"][0]["values"]) == sum(row["khach"] for row in ROWS)


def test_dates_are_gathered_into_periods(client: Any, points: dict[str, Any]) -> None:
    pairs = [("tab", "chart"), ("chart", "line"), ("x", "ngay"), ("by", "quarter"), ("totals", "1")]
    drawn = figures(panel(client, points, pairs))
    assert len(drawn["categories"]) == 4
    assert drawn["series"][0]["values"] == [15.0, 15.0, 15.0, 15.0]


@pytest.mark.parametrize("kind", ["bar", "line", "area", "pie"])
def test_a_kind_without_columns_is_that_of_the_proposed_chart(
    client: Any, points: dict[str, Any], kind: str
) -> None:
    assert figures(panel(client, points, [("tab", "chart"), ("chart", kind)]))["chart"] == kind


def test_scattered_points_are_the_rows(client: Any, points: dict[str, Any]) -> None:
    pairs = [("tab", "chart"), ("chart", "scatter"), ("x", "khach"), ("y", "vido")]
    drawn = figures(panel(client, points, pairs))
    assert len(drawn["points"]) == 60
    assert [drawn["xLabel"], drawn["yLabel"]] == ["Lượt khách", "Vĩ độ"]


def test_the_map_has_the_rows_with_coordinates_and_says_how_many_have_none(
    client: Any, points: dict[str, Any]
) -> None:
    answer = client.get(f"/explorer/{points['table']}/points.geojson?to.khach=90")
    found = json.loads(answer.get_data(as_text=True))
    assert len(found["features"]) == 9
    assert set(found["features"][0]["properties"]) == {"name"}
    assert "1" in found["note"]


def test_a_popup_tells_of_its_row_and_of_no_other(client: Any, points: dict[str, Any]) -> None:
    answer = client.get(f"/explorer/{points['table']}/row/3")
    assert "Lăng tẩm 2" in answer.get_data(as_text=True)
    assert client.get(f"/explorer/{points['table']}/row/999").status_code == 404
    assert client.get(f"/explorer/{points['table']}/row/{2**40}").status_code == 404


def test_the_profile_counts_what_is_empty(client: Any, points: dict[str, Any]) -> None:
    shown = unescape(panel(client, points, [("tab", "columns")]))
    assert "1 trống" in shown or "1 empty" in shown


@pytest.mark.parametrize("tab", ["table", "chart", "columns"])
def test_hostile_names_and_values_reach_the_page_as_text(client: Any, published: Publish, tab: str) -> None:
    rows = [dict.fromkeys(HOSTILE, f"</script><img src=x onerror=alert({n})>") for n in range(4)]
    made = published(rows, *[Column(name, name) for name in HOSTILE])
    pairs = [
        ("tab", tab),
        *[(f"has.{name}", "img") for name in HOSTILE],
        *[("show", name) for name in HOSTILE[:5]],
    ]
    shown = page(client, made, pairs)
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown


@pytest.mark.parametrize("name", HOSTILE)
def test_columns_of_any_name_are_filtered_sorted_and_drawn(
    client: Any, published: Publish, name: str
) -> None:
    made = published([{name: "một", "số": 1}, {name: "hai", "số": 2}], Column(name, name))
    name = next(each for each in columns_of(made["table"]) if each not in ("_id", "số"))  # as it is kept
    shown = panel(client, made, [(f"is.{name}", "hai"), ("sort", name), ("order", "desc"), ("show", name)])
    assert cells(shown) == [["hai"]]
    drawn = figures(panel(client, made, [("tab", "chart"), ("chart", "bar"), ("x", name)]))
    assert sorted(drawn["categories"]) == ["hai", "một"]


def test_a_table_of_very_many_columns_has_its_page(client: Any, published: Publish) -> None:
    row = {f"cot_{number}": str(number) for number in range(400)}
    made = published([row, row])
    for tab in ("table", "chart", "columns"):
        panel(client, made, [("tab", tab)])


@pytest.mark.parametrize(
    "query",
    [
        "page=999999999",
        "tab=map&tab=chart",
        "sort=_id",
        "sort=khong_co&order=desc",
        "from.khach=%27%3B--",
        "chart=pie&tab=chart&x=khach&fn=avg&y=ten",
        "chart=line&tab=chart&x=ten&series=loai",
        "tab=chart&chart=scatter&x=ten&y=khach",
        "q=" + "a" * 5_000,
        "show=" + "&show=".join(["x"] * 500),
        "is.mo=maybe&is.ngay=hôm%20nay",
    ],
)
def test_nothing_that_is_typed_fails_the_page(client: Any, points: dict[str, Any], query: str) -> None:
    for path in (
        f"/explorer/{points['table']}/panel",
        f"/dataset/{points['name']}/resource/{points['table']}",
    ):
        assert client.get(f"{path}?{query}").status_code == 200


def test_statements_do_not_grow_with_the_rows(client: Any, published: Publish) -> None:
    small, large = published(ROWS[:3], *COLUMNS), published(ROWS * 5, *COLUMNS)
    for made in (small, large):
        panel(client, made, [("tab", "chart")])  # the profile is computed once
    counts = [_statements(lambda made=made: panel(client, made, [("q", "lang")])) for made in (small, large)]
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def _statements(act: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = get_read_engine()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize("path", ["panel", "points.geojson", "row/1"])
def test_a_private_table_is_not_there_for_others(client: Any, published: Publish, path: str) -> None:
    made = published(ROWS, *COLUMNS, private=True)
    assert client.get(f"/explorer/{made['table']}/{path}").status_code == 404
    assert client.get(f"/dataset/{made['name']}/resource/{made['table']}/embed").status_code == 404


def test_only_the_frame_may_be_framed_and_it_sets_no_cookie(client: Any, points: dict[str, Any]) -> None:
    stem = f"/dataset/{points['name']}/resource/{points['table']}"
    embedded, whole = client.get(f"{stem}/embed?tab=chart"), client.get(stem)
    assert "frame-ancestors *" in embedded.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in whole.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in embedded.headers
    assert "data-figures" in embedded.get_data(as_text=True)


def test_a_frame_belongs_to_its_dataset(client: Any, points: dict[str, Any], published: Publish) -> None:
    other = published(ROWS[:2], *COLUMNS)
    assert client.get(f"/dataset/{other['name']}/resource/{points['table']}/embed").status_code == 404


def test_the_policy_lets_in_the_base_maps_host_alone(
    client: Any, points: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.hue.explorer.map_style", "https://tiles.example.vn/style.json")
    policy = client.get(f"/dataset/{points['name']}/resource/{points['table']}").headers[
        "Content-Security-Policy"
    ]
    assert "connect-src 'self' https://tiles.example.vn;" in policy
    home = client.get("/about").headers["Content-Security-Policy"]
    assert "tiles.example.vn" not in home


def test_areas_are_coloured_where_boundaries_match(
    client: Any, published: Publish, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import ckan.plugins.toolkit as tk

    names = {"19753": "Phường Phú Xuân", "19777": "Phường Vỹ Dạ", "19789": "Phường Thuận Hóa"}
    square = {"type": "Polygon", "coordinates": [[[107, 16], [108, 16], [108, 17], [107, 16]]]}
    file = tmp_path / "ranh-gioi.geojson"
    features = [
        {"type": "Feature", "id": code, "geometry": square, "properties": {"name": name}}
        for code, name in names.items()
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    monkeypatch.setitem(tk.config, "ckanext.hue.explorer.boundaries", str(file))
    rows = [{"phuong": name, "dan_so": 100 * number} for number, name in enumerate(names.values(), 1)] * 2
    rows.append({"phuong": "phường thuận hoá", "dan_so": 5})  # the same ward, written otherwise
    made = published(rows, Column("phuong", "Phường"), Column("dan_so", "Dân số", "int"))
    shown = panel(client, made, [("tab", "map")])
    found = re.search(r"data-areas>(.*?)</script>", shown, re.DOTALL)
    assert found
    assert json.loads(found[1])["values"] == {"19753": 200.0, "19777": 400.0, "19789": 605.0}
    assert client.get("/explorer/boundaries.geojson").status_code == 200


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="../shared/real-tables is not beside the checkout")
@pytest.mark.parametrize(
    ("name", "mapped"),
    [
        ("Danh-muc-loai-ve_1757394149", False),
        ("Danh-sach-cac-diem-du-lich_1731690004", True),
        ("Danh-sach-di-san-van-hoa-tinh-Thua-Thien-Hue-1_1726311603", True),
        ("Danh-sach-dia-diem-an-uong-tren-dia-ban-tinh_1726311604", True),
        ("Danh-sach-dia-diem-di-tich-van-hoa-tinh-Thua-Thien-Hue_1726311601", True),
        ("Danh-sach-le-hoi-tren-dia-ban-tinh-Thua-Thien-Hue_1726311601", True),
        ("Du-lieu-danh-sach-co-so-kinh-doanh-dich-vu-van-chuyen-1_1731690004", True),
        ("Gia-ve-dich-vu-di-tich-Hue_1730079840", False),
    ],
)
def test_real_exports_get_their_map_and_no_chart_of_codes(
    client: Any, published: Publish, name: str, mapped: bool
) -> None:
    made = published([{"x": "1"}])
    opened = open_file(EXPORTS / f"{name}.json", f"{name}.json")
    loading.load_batches(made["table"], opened.batches(opened.sheets[0]))
    shown = panel(client, made, [("tab", "chart")])
    assert ("tab=map" in shown) is mapped
    chart = figures(shown)["chart"] if "data-figures" in shown else None
    assert chart in (None, "bar", "line")
    axis = figures(shown)["yLabel"] if chart else ""
    assert not re.search(r"\bid\b|toaDo|totalRows|TypeID|kinhdo|vido", axis, re.IGNORECASE)


def test_values_of_blanks_are_asked_for_as_they_are_written(client: Any, published: Publish) -> None:
    wards = ["Vỹ Dạ", "Vỹ Dạ ", "", "  ", "Kim Long"]
    made = published([{"phuong": ward} for ward in wards], Column("phuong", "Phường", "text"))
    for ward in wards[:4]:
        asked = panel(client, made, [("is.phuong", ward)])
        assert "Dòng 1–1 trên tổng số 1" in asked
    assert "(trống)" in panel(client, made, [("is.phuong", "")])
    assert "trên tổng số 5" in panel(client, made, [("has.phuong", "")])


def test_what_rounding_leaves_is_no_share_of_the_others(client: Any, published: Publish) -> None:
    figures_of = (85.8, 73.5, 56.5, 48.1, 26.6, 24.0, 19.7, 0, 0)
    rows = [{"ten": f"Phường {number}", "so": value} for number, value in enumerate(figures_of)]
    made = published(rows, Column("ten", "Phường", "text"), Column("so", "Thiệt hại", "numeric"))
    pairs = [("tab", "chart"), ("chart", "pie"), ("x", "ten"), ("fn", "sum"), ("y", "so")]
    assert figures(panel(client, made, pairs))["series"][0]["values"][-1] == 0


def test_numbers_of_many_digits_have_charts_and_profiles(client: Any, published: Publish) -> None:
    rows = [{"ten": f"Mục {number}", "so": 10**29 + number} for number in range(5)]
    made = published(rows, Column("ten", "Mục", "text"), Column("so", "Số", "numeric"))
    for pairs in (
        [("tab", "columns")],
        [("tab", "chart"), ("chart", "bar"), ("x", "ten"), ("fn", "sum"), ("y", "so")],
    ):
        assert "100.000.000.000.000.000.000.000.000.00" in panel(client, made, pairs)


def test_a_table_says_when_it_lists_fewer_points_than_are_drawn(client: Any, published: Publish) -> None:
    columns = (Column("a", "Một", "int"), Column("b", "Hai", "int"))
    pairs = [("tab", "chart"), ("chart", "scatter"), ("x", "a"), ("y", "b")]
    for number, said in ((200, False), (201, True)):
        made = published([{"a": place, "b": place} for place in range(number)], *columns)
        assert ("200 điểm đầu" in panel(client, made, pairs)) == said


def test_columns_can_be_chosen_where_no_chart_is_proposed(client: Any, published: Publish) -> None:
    made = published([{"ma": "A1"}], Column("ma", "Mã", "text"))
    shown = panel(client, made, [("tab", "chart")])
    assert "data-figures" not in shown
    assert '<select name="x"><option value="ma"' in shown
    assert "data-figures" in panel(client, made, [("tab", "chart"), ("chart", "bar"), ("x", "ma")])
