"""Registers over HTTP (台账接口): every row once, in pages or as a file, and nothing that is not to be seen."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.http import HttpResponse
from python_calamine import CalamineWorkbook

from lianfang.interfaces.api.listing import MEDIA
from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event
from lianfang.kernel.scope import EVERYTHING, within
from tests.domain.reading import NOW
from tests.world import BASE, World, report


def body_of(response: HttpResponse) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def table_of(response: HttpResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body_of(response).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("size", [1, 2, 3, 200])
@pytest.mark.parametrize("name", ["persons", "events", "dues", "units", "receipts"])
def test_pages_show_every_row_once_and_in_order(world: World, name: str, size: int) -> None:
    for letter, number in (("A", 1), ("B", 2)):
        person = {"ref": str(world.persons[letter].pk)}
        world.report(report(key=f"receipt-{letter}-{number}", person=person, test=None), actor="duty_S1")
    whole = world.send("school_admin_S1", "GET", f"{name}/?size=200").json()["rows"]
    rows, cursor = [], ""
    for _ in range(len(whole) + 1):
        page = world.send("school_admin_S1", "GET", f"{name}/?size={size}&cursor={cursor}").json()
        assert len(page["rows"]) <= size
        rows, cursor = rows + page["rows"], page["next"]
        if not cursor:
            break
    assert rows == whole
    assert len(whole) > 1


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "1e2", "٣", "9" * 30])
def test_a_page_has_between_one_and_two_hundred_rows(world: World, size: str) -> None:
    refused = world.send("class_head", "GET", f"persons/?size={size}")
    assert (refused.status_code, refused.json()["code"]) == (422, "page.invalid")
    assert "between 1 and 200" in refused.json()["title"]


def test_a_cursor_of_another_list_is_no_cursor(world: World) -> None:
    cursor = world.send("school_admin_S1", "GET", "units/?size=1").json()["next"]
    for name in ("persons", "events", "roles", "dues"):
        refused = world.send("school_admin_S1", "GET", f"{name}/?cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (422, "cursor.invalid"), name


def test_only_the_members_asked_for_are_shown(world: World) -> None:
    page = world.send("class_head", "GET", "persons/?fields=name,unit,name").json()
    assert {tuple(row) for row in page["rows"]} == {("name", "unit")}
    for fields in ("password", "name,person__number_sealed", "name, ", "number_index"):
        refused = world.send("class_head", "GET", f"persons/?fields={fields}")
        assert (refused.status_code, refused.json()["code"]) == (422, "field.unknown")


def test_numbers_are_masked_in_every_shape(world: World) -> None:
    for query in ("", "?format=csv", "?format=ndjson", "?format=xlsx"):
        response = world.send("class_head", "GET", f"persons/{query}")
        content = response.content if not response.streaming else body_of(response)
        if query.endswith("xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                content = b"".join(book.read(part) for part in book.namelist())
        assert world.number("A").encode() not in content
        assert b"1***************2X" in content


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson"])
@pytest.mark.parametrize("by", ["accept", "format"])
def test_a_list_is_a_file_by_accept_or_by_format(world: World, kind: str, by: str) -> None:
    query, headers = ("", {"Accept": f"{MEDIA[kind]};q=1, */*"}) if by == "accept" else (f"?format={kind}", {})
    response = world.send("school_admin_S1", "GET", f"persons/{query}", headers=headers)
    content = body_of(response)
    assert response.headers["Content-Type"].startswith(MEDIA[kind])
    assert response.headers["Content-Disposition"] == f'attachment; filename="persons-2026-03-02.{kind}"'
    shown = world.send("school_admin_S1", "GET", "persons/").json()["rows"]
    if kind == "ndjson":
        names = [json.loads(line)["name"] for line in content.decode().splitlines()]
    elif kind == "csv":
        names = [row[0] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))][1:]
    else:
        names = [
            row[0] for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        ][1:]
    assert names == [row["name"] for row in shown]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("format=pdf", "choice.unknown"),
        ("format=csv&size=201", "page.invalid"),
        ("format=csv&cursor=x", "cursor.invalid"),
    ],
)
def test_a_file_is_of_a_known_kind_and_its_page_of_a_known_size(world: World, query: str, code: str) -> None:
    refused = world.send("class_head", "GET", f"persons/?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.parametrize("name", ["offset", "first", "colour", "sort"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_parameter_that_is_not_known_is_named_as_it_was_sent(world: World, name: str, language: str) -> None:
    refused = world.send("class_head", "GET", f"persons/?{name}=1&lang={language}").json()
    assert name in refused["title"]
    assert name in refused["errors"][0]["message"]


def test_accept_of_something_else_is_answered_with_json(world: World) -> None:
    for accept in ("*/*", "text/html", "application/json", ""):
        response = world.send("class_head", "GET", "persons/", headers={"Accept": accept})
        assert response.headers["Content-Type"] == "application/json"


def test_formulas_leave_as_text_and_days_as_days(world: World) -> None:
    world.report(report(note='=HYPERLINK("http://x.example","点我")'))
    head, row = table_of(world.send("class_head", "GET", "reports/?format=csv&fields=day,temperature,note"))
    assert head == ["day", "temperature", "note"]
    assert row == ["2026-03-02", "36.5", '\'=HYPERLINK("http://x.example","点我")']


def test_filters_narrow_pages_and_files_alike(world: World) -> None:
    world.report(BASE)
    for query, count in (
        ("day=2026-03-02", 1),
        ("day=2026-03-01", 0),
        ("from=2026-02-01&to=2026-03-02", 1),
        ("state=unwell", 0),
    ):
        assert len(world.send("class_head", "GET", f"reports/?{query}").json()["rows"]) == count
        assert len(table_of(world.send("class_head", "GET", f"reports/?format=csv&{query}"))) == count + 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("colour=red", "filter.unknown"),
        ("search=x", "filter.unknown"),
        ("day=2026-02-30", "date.invalid"),
        ("state=purple", "choice.unknown"),
        ("from=2024-01-01&to=2026-01-01", "range.too_wide"),
        ("day=2026-03-01&day=2026-03-02", "choice.duplicate"),
        ("sort=day", "order.unknown"),
        ("offset=5", "page.invalid"),
        ("slot=a%0d%0ab", "text.control_character"),
        ("slot=" + "a" * 300, "text.too_long"),
        ("slot=" + "a" * 5000, "limit"),
    ],
)
def test_what_a_list_cannot_be_narrowed_by_is_named(world: World, query: str, code: str) -> None:
    refused = world.send("class_head", "GET", f"reports/?{query}")
    assert refused.status_code in (413, 422)
    assert refused.json()["code"] == code


def test_a_register_that_is_not_open_to_a_role_answers_as_nothing(world: World) -> None:
    for actor, name in (("county_N1", "persons"), ("class_head", "events"), ("person_A", "units")):
        refused = world.send(actor, "GET", f"{name}/")
        assert (refused.status_code, refused.json()["code"]) == (404, "scope")


def test_a_county_sees_counts_and_no_person(world: World) -> None:
    world.report(BASE)
    assert world.send("county_N1", "GET", "reports/").status_code == 404
    board = world.send("county_N1", "GET", "units/N1/board").json()
    assert board["people"]["answered"] == 1
    assert world.persons["A"].name not in json.dumps(board, ensure_ascii=False)


def test_rows_with_a_key_have_an_address_of_their_own(world: World) -> None:
    for name in ("roles", "units", "receipts", "events"):
        world.report(BASE)
        first = world.send("school_admin_S1", "GET", f"{name}/?size=1").json()["rows"][0]
        key = first["code"] if name == "units" else first["id"]
        assert world.send("school_admin_S1", "GET", f"{name}/{key}/").json() == first
        assert world.send("school_admin_S1", "GET", f"{name}/{key}?fields=nothing").json()["code"] == "field.unknown"
        for other in ("0", "999999999999999999999", "x", "%00", "00000000-0000-7000-8000-000000000000"):
            assert world.send("school_admin_S1", "GET", f"{name}/{other}/").status_code == 404


def test_an_export_is_on_record(world: World) -> None:
    world.send("class_head", "GET", "persons/?format=csv&search=%E5%BC%A0")
    with within(EVERYTHING):
        event = Event.objects.get(kind="register.exported")
    assert (event.actor_name, event.facts["register"], event.facts["rows"]) == ("class_head", "persons", "1")
    assert "张" not in json.dumps(event.facts, ensure_ascii=False)


def test_a_board_says_who_is_missing_and_never_shows_unknown_as_zero(world: World) -> None:
    board = world.send("city_officer", "GET", "units/C1/board?day=2026-03-02").json()
    assert [one["code"] for one in board["missing_units"]] == ["S1", "S2"]
    assert board["not_yet_units"] == board["missing_units"]
    with clock.at(NOW + timedelta(hours=9)):
        late = world.send("city_officer", "GET", "units/C1/board?day=2026-03-02").json()
    assert [one["code"] for one in late["missing_units"]] == ["S1", "S2"] and late["not_yet_units"] == []
    assert board["sums"]["fever"] == {"value": None, "at_least": False, "reporting": 0, "expected": 2}
    world.send("duty_S1", "POST", "unit-reports", {"nothing_to_report": True})
    board = world.send("city_officer", "GET", "units/C1/board?day=2026-03-02").json()
    assert (board["expected"], board["received"], board["missing"], board["not_yet"], board["zero"]) == (2, 1, 1, 1, 1)
    assert board["sums"]["fever"] == {"value": 0, "at_least": True, "reporting": 1, "expected": 2}
    states = {one["unit"]: one["state"] for one in world.send("county_N1", "GET", "units/N1/board").json()["children"]}
    assert states == {"S1": "zero"}


def test_a_board_tells_late_from_missing_and_shows_what_was_corrected(world: World) -> None:
    figures = {"expected": 40, "present": 40, "absent": 0, "fever": 0, "tested": 40, "confirmed": 0, "isolated": 0}
    with clock.at(NOW + timedelta(hours=2)):
        before = world.send("county_N1", "GET", "units/N1/board").json()["children"]
        world.send("duty_S1", "POST", "unit-reports", figures)
        world.send(
            "duty_S1", "POST", "unit-reports", figures | {"absent": 1, "present": 39, "reason": "one more is ill"}
        )
        after = world.send("county_N1", "GET", "units/N1/board").json()
    assert [one["state"] for one in before] == ["missing"]
    assert [one["state"] for one in after["children"]] == ["late"]
    (correction,) = after["corrections"]
    assert (correction["code"], correction["revision"], correction["reason"]) == ("S1", 2, "one more is ill")
    assert correction["changes"]["absent"] == {"before": 0, "after": 1}


@pytest.mark.parametrize(
    ("query", "code"), [("day=x", "date.format"), ("form=x", "choice.unknown"), ("week=1", "filter.unknown")]
)
def test_a_board_is_asked_for_by_day_and_form(world: World, query: str, code: str) -> None:
    refused = world.send("duty_S1", "GET", f"units/S1/board?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, code)
