"""Columns that look like personal data are found by their names and values, and hardly any others are."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from typing import IO, Any

import pytest

from ckanext.hue.harvesters.base import Column, CopyStream, Page
from ckanext.hue.tables.loading import LoadedList, Rules, load
from ckanext.hue.tables.personal import PersonalData

CCCD = [f"046{sex}{year:02}{number:06}" for number, (sex, year) in enumerate([(0, 85), (1, 90), (3, 2)] * 4)]
CMND = [f"1912{number:05}" for number in range(0, 80_000, 7_000)]
MOBILES = [f"09051{number:05}" for number in range(0, 80_000, 7_000)]
PEOPLE = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Cường"] * 4

Found = Callable[..., dict[str, tuple[str, int]]]


@pytest.fixture
def found(resource_id: str) -> Found:
    """What is found in a table of these columns of values: kind and count by column."""

    def look(*columns: Column, pages: int = 1, **values: list[Any]) -> dict[str, tuple[str, int]]:
        names = list(values)
        rows = [dict(zip(names, row, strict=True)) for row in zip(*values.values(), strict=True)]
        size = -(-len(rows) // pages)
        some = [Page("data", rows[at : at + size], columns) for at in range(0, len(rows), size)]
        return held(some, resource_id)

    return look


def held(pages: list[Any], resource_id: str, *approved: tuple[str, str]) -> dict[str, tuple[str, int]]:
    keys = frozenset((resource_id, *key) for key in approved)
    try:
        load(pages, lambda _list: resource_id, rules=Rules(hold_personal=True, approved=keys))
    except PersonalData as error:
        return {one.column: (one.kind, one.count) for one in error.found}
    return {}


@pytest.mark.parametrize(
    "values",
    [
        CCCD,
        CMND[:6] + CCCD[6:],
        [f"{value[:3]} {value[3:6]} {value[6:]}" for value in CCCD],
        [f"'{value}" for value in CCCD],
        ["".join(chr(ord(digit) + 0xFEE0) for digit in value) for value in CCCD],
        CCCD[:5] + [""] * 7,
        CCCD[:5] + [None] * 7,
        CCCD[:5] + ["chưa có"] * 7,
    ],
    ids=["cccd", "with cmnd", "blanks", "quotes", "full width", "empty", "null", "share"],
)
def test_identity_numbers_are_found_whatever_their_column_is_called(found: Found, values: list[Any]) -> None:
    assert set(found(cot_a=values)) == {"cot_a"}


def test_rows_of_all_pages_count(found: Found) -> None:
    assert found(pages=4, so=["x"] * 8 + CCCD) == {"so": ("identity", 12)}


@pytest.mark.parametrize("name", ["SỐ CCCD", "so_cccd", "socccd", "Căn cước công dân", "Số CMND/CCCD"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_numbers_that_lost_their_zeros_are_found_by_the_name(found: Found, name: str, form: Any) -> None:
    assert found(**{unicodedata.normalize(form, name): [int(value) for value in CCCD]})


def test_the_label_of_a_column_counts_as_its_name(found: Found) -> None:
    assert found(Column("a", "SỐ CĂN CƯỚC", "int"), a=[int(value) for value in CCCD]) == {
        "a": ("identity", 12)
    }


def test_numbers_that_a_table_of_decimals_made_of_them_are_found(found: Found) -> None:
    assert found(cccd=[float(value) for value in CCCD])


def test_two_identity_numbers_are_enough_where_the_name_says_so(found: Found) -> None:
    assert found(cccd=CCCD[:2]) == {"cccd": ("identity", 2)}
    assert found(cot_a=CCCD[:4]) == {}


@pytest.mark.parametrize(
    "values",
    [
        MOBILES,
        ["+84" + value[1:] for value in MOBILES],
        [f"{value[:4]}.{value[4:7]}.{value[7:]}" for value in MOBILES],
        [f"(+84) {value[1:]}" for value in MOBILES],
        [f"0234 3822 000; {value}" for value in MOBILES],
        [f"{value} - {value}" for value in MOBILES],
        [int(value) for value in MOBILES],
        ["".join(chr(ord(digit) + 0xFEE0) for digit in value) for value in MOBILES],
    ],
    ids=["plain", "+84", "dots", "brackets", "second", "two", "numbers", "full width"],
)
def test_phones_of_people_are_found(found: Found, values: list[Any]) -> None:
    assert found(ho_ten=PEOPLE, so_dien_thoai=values) == {"so_dien_thoai": ("phone", 12)}


@pytest.mark.parametrize(
    "columns",
    [
        {"HỌ VÀ TÊN": PEOPLE, "Địa chỉ": PEOPLE, "Ghi chú": PEOPLE, "ĐT": MOBILES},
        {"Trường": PEOPLE, "Lớp": PEOPLE, "SĐT phụ huynh": MOBILES},
        {"Trường": PEOPLE, "Học sinh": PEOPLE, "SĐT": MOBILES},
        {"sttbanghi": PEOPLE, "hotenbenhnhan": PEOPLE, "ngaysinh": PEOPLE, "sdt": MOBILES},
        {unicodedata.normalize("NFD", "Chủ hộ"): PEOPLE, "Liên lạc": MOBILES},
    ],
)
def test_a_name_of_a_person_in_the_table_makes_its_phones_personal(found: Found, columns: Any) -> None:
    assert [kind for kind, _ in found(**columns).values()] == ["phone"]


@pytest.mark.parametrize(
    "columns",
    [
        {"Tên khách sạn": PEOPLE, "Địa chỉ": PEOPLE, "Điện thoại": MOBILES},
        {"Tên doanh nghiệp": PEOPLE, "Người đại diện": PEOPLE, "Điện thoại": MOBILES},
        {"Cơ quan": PEOPLE, "Số người": list(range(12)), "Đường dây nóng": MOBILES},
        {"tendoituong": PEOPLE, "sdt": MOBILES, "email": ["quan@gmail.com"] * 12},
        {"Họ tên": PEOPLE, "Lớp": PEOPLE, "Điện thoại cơ quan": MOBILES},
        {"Họ tên": PEOPLE, "Điện thoại": ["0234 3822 000"] * 12},
        {"Họ tên": PEOPLE, "Email": ["vp@thuathienhue.gov.vn"] * 12},
    ],
)
def test_contacts_of_businesses_and_agencies_are_no_personal_data(found: Found, columns: Any) -> None:
    assert found(**columns) == {}


@pytest.mark.parametrize(
    "address",
    ["a.b@gmail.com", "A@YAHOO.COM.VN", "a@outlook.com; x@hue.gov.vn", "ａ＠hotmail.com", "x@icloud.com "],
)
def test_personal_e_mails_of_people_are_found(found: Found, address: str) -> None:
    assert found(hoc_sinh=PEOPLE, thu=[address] * 12) == {"thu": ("email", 12)}


@pytest.mark.parametrize(
    "columns",
    [
        {
            "kinhdo": [107.583 + at / 1e9 for at in range(12)],
            "vido": [16.4832 + at / 1e9 for at in range(12)],
        },
        {"x": ["107.583123456", "107.5831234"] * 6},
        {"nam": list(range(2010, 2022)), "dan_so": [1_143_572 + at for at in range(12)]},
        {"Họ tên": PEOPLE, "Số tiền": [100_000_000 + at * 7_000_000 for at in range(12)]},
        {"tong_von": [10_000_000_000 + at * 1_000_000 for at in range(12)]},
        {"Mã số thuế": [f"33001{at:05}" for at in range(12)]},
        {"mst": [f"3300100{at:03}-001" for at in range(12)]},
        {"Mã hồ sơ": CCCD},
        {"ma_don_vi": CMND},
        {"Số tài khoản": CCCD},
        {"dien_thoai": [value[1:] for value in MOBILES]},
        {"so_quyet_dinh": CMND},
        {"ngay": ["20240115", "15/01/2024"] * 6},
        {"ma_vach": [f"893{at:010}" for at in range(12)]},
    ],
)
def test_other_numbers_are_taken_for_what_they_are(found: Found, columns: Any) -> None:
    assert found(**columns) == {}


def test_random_numbers_of_twelve_digits_are_no_identity_numbers(found: Found) -> None:
    chance = random.Random(6)  # noqa: S311 (the same numbers each time)
    assert found(so=[f"{chance.randrange(10**12):012}" for _ in range(1_000)]) == {}


def test_a_table_of_many_columns_is_looked_at_in_one_statement(found: Found) -> None:
    columns = {f"c{number}": ["x"] * 12 for number in range(390)}
    assert found(**columns, cuoi=CCCD) == {"cuoi": ("identity", 12)}


def test_a_stream_of_a_warehouse_is_looked_at(resource_id: str) -> None:
    def copy_to(file: IO[bytes]) -> int:
        file.write("".join(f"{at}\t{value}\n" for at, value in enumerate(CCCD)).encode())
        return len(CCCD)

    stream = CopyStream("data", ("id", "so"), copy_to, (Column("id", type="int"), Column("so")))
    assert held([stream], resource_id) == {"so": ("identity", 12)}


def test_what_is_held_leaves_the_published_table_as_it_was(resource_id: str, read: Any) -> None:
    load([Page("data", [{"so": "x"}])], lambda _list: resource_id)

    assert held([Page("data", [{"so": value} for value in CCCD])], resource_id)

    assert read("SELECT so FROM {}") == [("x",)]


def test_an_approval_covers_its_column_and_its_kind_only(resource_id: str) -> None:
    rows = [{"ho_ten": "A", "so": a, "khac": b} for a, b in zip(CCCD, MOBILES, strict=True)]

    assert held([Page("data", rows)], resource_id, ("so", "identity")) == {"khac": ("phone", 12)}
    assert held([Page("data", rows)], resource_id, ("so", "identity"), ("khac", "identity"))
    assert held([Page("data", rows)], resource_id, ("so", "identity"), ("khac", "phone")) == {}


def test_all_lists_of_a_table_are_held_together() -> None:
    pages = [Page(name, [{name: value} for value in CCCD]) for name in ("mot", "hai")]

    with pytest.raises(PersonalData) as raised:
        load(pages, lambda name: f"thu-{name}", rules=Rules(hold_personal=True))

    assert {one.column for one in raised.value.found} == {"mot", "hai"}


def test_the_reason_names_columns_and_counts_and_no_value(resource_id: str) -> None:
    with pytest.raises(PersonalData) as raised:
        load(
            [Page("data", [{"Số <b>giấy</b>": value} for value in CCCD])],
            lambda _list: resource_id,
            rules=Rules(hold_personal=True),
        )

    assert "«Số <b>giấy</b>» có 12 giá trị giống số định danh cá nhân" in str(raised.value)
    assert not any(value in str(raised.value) for value in CCCD)


def test_other_loads_are_published_with_a_warning(resource_id: str, read: Any) -> None:
    loaded: LoadedList
    [loaded] = load([Page("data", [{"cccd": value} for value in CCCD])], lambda _list: resource_id)

    [warning] = loaded.findings
    assert (warning.column, warning.value) == ("cccd", "")
    assert "có 12 giá trị giống số định danh cá nhân" in warning.message
    assert len(read("SELECT cccd FROM {}")) == 12
