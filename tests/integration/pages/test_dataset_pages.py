"""What a dataset's page tells at one glance, in every state, and what it costs."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from werkzeug.serving import make_server

from ckanext.hue.harvesters.base import Batch, Column
from ckanext.hue.pages import examples, related
from ckanext.hue.tables.loading import drop, load_batches

Make = Callable[..., Any]
HOSTILE = "<script>alert(1)</script>"
MONTHLY = "http://publications.europa.eu/resource/authority/frequency/MONTHLY"


@contextmanager
def costs(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Count the statements and the questions to Solr meanwhile."""
    counted = {"statements": 0, "solr": 0}
    send = pysolr.Solr._send_request

    def statement(*_event: Any) -> None:
        counted["statements"] += 1

    def question(*args: Any, **named: Any) -> Any:
        counted["solr"] += 1
        return send(*args, **named)

    sa.event.listen(Engine, "before_cursor_execute", statement)
    with monkeypatch.context() as patched:
        patched.setattr(pysolr.Solr, "_send_request", question)
        try:
            yield counted
        finally:
            sa.event.remove(Engine, "before_cursor_execute", statement)


def act(name: str, /, **values: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(name)({"ignore_auth": True, "user": user}, values)


@pytest.fixture
def with_tables(dataset: Make) -> Iterator[Make]:
    """Create a dataset with tables of three rows; `columns` of each, `files` that are no tables."""
    loaded: list[str] = []

    def make(tables: int = 1, *, columns: int = 3, files: int = 0, **values: Any) -> dict[str, Any]:
        resources = [
            {"name": f"Tệp {number}", "url": f"https://so.example.vn/{number}.pdf", "format": "PDF"}
            for number in range(files)
        ] + [
            {"name": f"Bảng {number}", "url": "", "url_type": "datastore", "datastore_active": True}
            for number in range(tables)
        ]
        made = dataset(resources=resources, **values)
        for resource in made["resources"][files:]:
            fill(resource["id"], columns=columns)
            loaded.append(resource["id"])
        return made

    yield make
    drop(loaded)


def fill(resource_id: str, *rows: tuple[str, ...], columns: int = 3) -> None:
    names = ("mã", *(f"cột {number}" for number in range(1, columns)))
    given = rows or tuple((str(row), *(f"ô {row}" for _ in range(1, columns))) for row in range(3))
    load_batches(
        resource_id, [Batch(names, given, 2, blank_is_null=True)], dictionary=[Column("mã", is_key=True)]
    )


@pytest.fixture
def page(signed_in: Make) -> Callable[..., str]:
    """The text of a dataset's page as anybody reads it."""

    def read(made: dict[str, Any], question: str = "", status: int = 200) -> str:
        answer = signed_in("").get(f"/dataset/{made['name']}{question}")
        assert answer.status_code == status
        return answer.get_data(as_text=True)

    return read


# What others wrote


def test_what_people_wrote_is_text_everywhere_on_the_page(
    with_tables: Make, dataset: Make, page: Make
) -> None:
    tag = f"thử-{uuid.uuid4().hex[:6]}"
    made = with_tables(title=f"Bảng {HOSTILE} {tag}", notes=f"{HOSTILE} mô tả", tags=[{"name": tag}])
    dataset(title=f"Giống {HOSTILE}", tags=[{"name": tag}])
    fill(made["resources"][0]["id"], ("1", HOSTILE, "{{ 7 * 7 }}"))
    act("resource_patch", id=made["resources"][0]["id"], name=f"Tên {HOSTILE}", description=HOSTILE)
    text = page(made)
    assert "<script>alert(1)" not in text
    assert "Giống &lt;script&gt;" in text
    assert "{{ 7 * 7 }}" in text


@pytest.mark.parametrize("tag", ['"', "a) OR (b", "{!func}x", "_query_:x", "\\", "*", "a" * 90])
def test_odd_keywords_find_relatives_or_none_and_break_nothing(tag: str) -> None:
    found = related.of_dataset(
        {"id": 'x" OR *:*', "title": f'{tag} "(', "tags": [{"name": tag}], "groups": [{"name": tag}]}
    )
    assert isinstance(found, list)


@pytest.mark.parametrize("question", ["?tables=0", "?tables=-1", "?tables=999999", "?tables=x", "?tables="])
def test_a_page_of_tables_that_there_is_not_is_the_nearest(
    with_tables: Make, page: Make, question: str
) -> None:
    assert "Bảng 0" in page(with_tables(), question)


# Every state


def test_a_dataset_with_five_hundred_files_shows_its_tables_first_and_the_rest_by_pages(
    with_tables: Make, page: Make
) -> None:
    made = with_tables(2, files=498)
    text = page(made)
    assert "Bảng 0" in text
    assert ">Tệp 17</a>" in text
    assert ">Tệp 18</a>" not in text
    assert ">Tệp 497</a>" in page(made, "?tables=25")


def test_hundreds_of_columns_are_shown_in_part(with_tables: Make, page: Make) -> None:
    text = page(with_tables(columns=400))
    assert "400 cột" in text
    assert "ở đây hiện 30 trong 400 cột" in text
    assert text.count("<code>cột") < 50
    assert len(text) < 200_000


def test_a_dataset_without_data_says_so(dataset: Make, page: Make) -> None:
    text = page(dataset())
    assert "chưa công bố dữ liệu" in text
    assert 'id="api"' not in text


def test_a_private_dataset_is_told_to_nobody_and_shown_to_its_agency(
    with_tables: Make, page: Make, signed_in: Make
) -> None:
    made = with_tables(private=True)
    page(made, status=404)
    mark = uuid.uuid4().hex[:10]
    act("user_create", name=f"nguoi-{mark}", email=f"{mark}@example.vn", password="mat-khau-thu-1")
    act("organization_member_create", id="co-quan-thu", username=f"nguoi-{mark}", role="editor")
    answer = signed_in(f"nguoi-{mark}").get(f"/dataset/{made['name']}")
    assert answer.status_code == 200
    shown = answer.get_data(as_text=True)
    assert "Riêng tư" in shown
    assert 'id="related"' not in shown


def test_a_withdrawn_dataset_says_that_its_source_stopped(with_tables: Make, page: Make) -> None:
    text = page(with_tables(harvest_state="withdrawn"))
    assert "Các dòng đầu" in text
    assert "hue-callout" in text


def test_a_table_that_vanished_leaves_a_page_without_it(with_tables: Make, page: Make) -> None:
    made = with_tables(2)
    drop([made["resources"][0]["id"]])
    text = page(made)
    assert "Bảng 0" in text
    assert "1 bảng" in text


# What it tells


def test_the_glance_counts_tables_and_rows(with_tables: Make, page: Make) -> None:
    text = page(with_tables(2, files=1))
    glance = text.partition('class="hue-glance"')[2].partition("</dl>")[0]
    assert "2 bảng" in glance
    assert "6 dòng" in glance
    assert "1 tệp" in glance
    assert "cần ghi rõ nguồn" in glance


def test_the_glance_names_period_and_places(dataset: Make, page: Make) -> None:
    made = dataset(
        temporal_coverage=[{"start": "2023", "end": "2024-05"}],
        spatial_coverage=[{"code": "46"}, {"text": "Phường Vỹ Dạ"}],
    )
    glance = page(made).partition('class="hue-glance"')[2].partition("</dl>")[0]
    assert "2023 – 05/2024" in glance
    assert "Phường Vỹ Dạ" in glance


def test_a_late_dataset_says_by_how_much_and_when_it_was_due(dataset: Make, page: Make) -> None:
    from ckanext.hue.quality import jobs

    made = dataset(frequency=MONTHLY, modified="2024-01-01")
    jobs.run()
    glance = page(made).partition('class="hue-glance"')[2].partition("</dl>")[0]
    assert "Chậm cập nhật" in glance
    assert "01/02/2024" in glance


def test_the_history_tells_what_a_reload_changed(with_tables: Make, page: Make) -> None:
    made = with_tables()
    fill(made["resources"][0]["id"], ("0", "ô 0", "ô 0"), ("1", "khác", "ô 1"), ("7", "mới", "mới"))
    history = page(made).partition('id="history"')[2].partition("</section>")[0]
    assert "Cập nhật dữ liệu: thêm 1 dòng, sửa 1 dòng, bỏ 1 dòng" in history
    assert "Công bố bảng: 3 dòng" in history


def test_the_history_names_what_changed_in_the_description(dataset: Make, page: Make) -> None:
    made = dataset()
    act("package_patch", id=made["id"], notes="Mô tả mới.", tags=[{"name": "mới"}])
    act("resource_create", package_id=made["id"], name="Phụ lục", url="https://so.example.vn/a.pdf")
    history = unescape(page(made)).partition('id="history"')[2].partition("</section>")[0]
    assert "Đã sửa: Mô tả, Từ khóa" in history
    assert "Đã thêm: «Phụ lục»" in history


def test_what_was_done_while_it_was_private_is_not_told(dataset: Make, page: Make) -> None:
    made = dataset(private=True)
    act("resource_create", package_id=made["id"], name="Tên bí mật", url="https://so.example.vn/a.pdf")
    secret = act("package_show", id=made["id"])["resources"][0]
    act("resource_delete", id=secret["id"])
    act("package_patch", id=made["id"], private=False)
    assert "Tên bí mật" not in page(made)


def test_relatives_share_keywords_and_are_public(dataset: Make, page: Make) -> None:
    tag = [{"name": f"chung-{uuid.uuid4().hex[:8]}"}]
    made, public = dataset(tags=tag), dataset(tags=tag)
    private = dataset(tags=tag, private=True)
    relatives = page(made).partition('id="related"')[2]
    assert relatives.index(public["title"])
    assert private["title"] not in relatives
    assert f'href="/dataset/{made["name"]}"' not in relatives


@pytest.mark.parametrize(
    ("extension", "media_type", "begins"),
    [("bib", "application/x-bibtex", "@misc{"), ("ris", "application/x-research-info-systems", "TY  - DATA")],
)
def test_a_citation_is_a_file(
    dataset: Make, signed_in: Make, extension: str, media_type: str, begins: str
) -> None:
    made = dataset()
    answer = signed_in("").get(f"/dataset/{made['name']}/citation.{extension}")
    assert answer.headers["Content-Type"].startswith(media_type)
    assert answer.get_data(as_text=True).startswith(begins)


@pytest.mark.parametrize("path", ["khong-co/citation.bib", "{name}/citation.exe", "{private}/citation.ris"])
def test_there_is_no_citation_of_what_there_is_not(dataset: Make, signed_in: Make, path: str) -> None:
    asked = path.format(name=dataset()["name"], private=dataset(private=True)["name"])
    assert signed_in("").get(f"/dataset/{asked}").status_code == 404


def test_the_page_of_a_table_leads_to_the_other_tables(with_tables: Make, signed_in: Make) -> None:
    made = with_tables(2, files=1)
    path = f"/dataset/{made['name']}/resource/{made['resources'][1]['id']}"
    others = signed_in("").get(path).get_data(as_text=True).partition('id="others"')[2]
    assert others.index("Bảng 1") < others.index("Tệp 0")
    assert "Bảng 0" not in others.partition("</section>")[0]


# What it costs


def test_the_cost_does_not_grow_with_tables_and_files(
    with_tables: Make, page: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = with_tables(1), with_tables(8, files=40)
    for made in (few, many):
        page(made)  # counts of rows are kept
    found = []
    for made in (few, many):
        with costs(monkeypatch) as counted:
            page(made)
        found.append(dict(counted))
    assert found[0] == found[1]
    assert found[0]["statements"] <= 20
    assert found[0]["solr"] <= 2


# Examples that run


@pytest.fixture
def running(application: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The application over real HTTP, under the address that its examples name."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(tk.config, "ckan.site_url", address)
    yield address
    server.shutdown()


@pytest.mark.parametrize(
    ("key", "command", "name"),
    [
        ("curl", ["bash", "-e"], "thu.sh"),
        ("python", [sys.executable], "thu.py"),
        ("javascript", ["node"], "thu.mjs"),
    ],
)
def test_the_examples_run_as_they_stand(
    with_tables: Make, running: str, tmp_path: Path, key: str, command: list[str], name: str
) -> None:
    made = with_tables()
    [example] = [each for each in examples.of_table(made["resources"][0]) if each.key == key]
    script = tmp_path / name
    script.write_text(example.code, encoding="utf-8")
    ran = subprocess.run(
        [*command, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "ô 2" in ran.stdout.encode().decode("unicode_escape") or "ô 2" in ran.stdout


def test_every_example_stands_on_the_page(with_tables: Make, page: Make) -> None:
    made = with_tables()
    shown = re.findall(r'id="example-(\w+)"[^>]*><code>(.*?)</code>', page(made), re.DOTALL)
    expected = [(each.key, each.code.strip()) for each in examples.of_table(made["resources"][0])]
    assert [(key, unescape(code).strip()) for key, code in shown] == expected
