"""Forms without code over HTTP (填报接口): filled in with typed values, divided as JSON and as a file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from fastexcel import read_excel

from lianfang.interfaces.api.schemas_of_forms import cross_table
from lianfang.kernel.orgs.models import Unit
from tests.domain.reading import TODAY
from tests.interfaces.api.schema_check import Check
from tests.world import World

ABOUT = {
    "unit": "C1", "code": "readiness", "title": "开学准备表", "title_en": "Readiness", "purpose": "开学",
    "answered_by": "units", "frequency": "daily", "seconds": 20,
}  # fmt: skip
FIELDS: list[dict[str, Any]] = [
    {"code": "beds", "zh": "留观床位", "en": "Observation beds", "kind": "count", "maximum": 500},
    {"code": "area", "zh": "消毒面积", "en": "Area disinfected", "kind": "measure", "required": False},
    {"code": "drill", "zh": "已演练", "en": "Drill held", "kind": "flag"},
]
GIVEN = {"beds": 0, "area": 12.5, "drill": True}


def asked(world: World) -> str:
    sent = world.send("city_officer", "POST", "actions/form.proposed", {**ABOUT, "fields": FIELDS})
    assert sent.status_code == 200, sent.json()
    form: str = sent.json()["subject"].partition(":")[2]
    published = world.send("city_officer", "POST", "actions/form.published", {"form": form})
    assert published.status_code == 200, published.json()
    return form


def fill(world: World, who: str = "duty_S1", **more: Any) -> Any:
    body = {"unit": "S1", "form": "readiness", "values": GIVEN, **more}
    return world.send(who, "POST", "actions/form.filled", body)


def table(world: World, query: str, who: str = "city_officer") -> Any:
    return world.send(who, "GET", f"forms/readiness/cross-table?{query}")


def test_E03_a_form_is_filled_in_over_http_and_divided(world: World) -> None:
    asked(world)
    assert fill(world).json()["done"] == "form.filled"
    found = table(world, "rows=county&columns=kind&sum=beds").json()
    assert Check({}).faults(found, cross_table()) == []
    words = {one["key"]: one["label"] for one in found["row_keys"]}
    first = next(cell for cell in found["cells"] if cell["filled"])
    assert words[first["row"]] == str(Unit.objects.get(code="N1")) and first["column"] == "school"
    assert (first["value"], first["state"]) == (0, "given")
    others = [cell for cell in found["cells"] if cell is not first]
    assert others and all((cell["value"], cell["state"]) == (None, "missing") for cell in others)
    assert found["total"] == {"value": 0, "state": "at_least", "filled": 1, "given": 1, "unknown": 0, "not_asked": 0,
                              "missing": sum(cell["missing"] for cell in others)}  # fmt: skip
    assert table(world, "rows=drill&columns=day&sum=area").json()["total"]["value"] == "12.5"


def test_E03_the_table_as_a_file_keeps_the_four_apart_in_words(world: World) -> None:
    asked(world)
    fill(world)
    answer = table(world, "rows=county&columns=day&sum=beds&format=csv&lang=en")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["County", str(TODAY), "Total", "Missing", "Unknown", "Not asked"]
    assert rows[-1][:2] == ["Total", "≥0"] and int(rows[-1][3]) > 0
    assert {row[1] for row in rows[1:-1]} == {"0", "missing"}
    book = table(world, "rows=county&columns=day&sum=beds&format=xlsx&lang=en")
    sheet = read_excel(b"".join(book.streaming_content)).load_sheet(0, header_row=None, dtypes="string").to_polars()
    assert list(sheet.row(0)) == rows[0] and sheet.height == len(rows)
    assert set(sheet.get_column(sheet.columns[1])[1:-1]) == {"0", "missing"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("rows=beds", "rows"), ("columns=no", "columns"), ("rows=day&columns=day", "columns"), ("sum=title", "sum"),
        ("from=2026-01-01&to=2026-03-02", "from"), ("from=2026-03-02&to=2026-03-01", "to"), ("from=soon", "from"),
        ("format=pdf", "format"), ("colour=red", "colour"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_made_is_refused_with_the_reason(world: World, query: str, field: str) -> None:
    asked(world)
    answer = table(world, query)
    assert answer.status_code in (400, 422)
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_table_of_others_is_not_there(world: World) -> None:
    asked(world)
    assert table(world, "", who="county_N2").json()["unit"] == "N2", "a county sees its own part of the city's form"
    assert table(world, "unit=N1", who="county_N2").status_code == 404
    assert world.send("city_officer", "GET", "forms/nothing_like_it/cross-table").status_code == 404


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        (7, {"values": "type"}), ([], {"values": "type"}), ({}, {"beds": "required", "drill": "required"}),
        ({**GIVEN, "drill": "yes"}, {"drill": "type"}), ({**GIVEN, "beds": [4]}, {"beds": "type"}),
        ({**GIVEN, "beds": "\ud800"}, None), ({**GIVEN, "beds": 1e400}, None), ({**GIVEN, "x" * 300: 1}, None),
    ],
)  # fmt: skip
def test_values_that_nobody_can_read_are_refused_by_field(world: World, values: Any, problems: Any) -> None:
    asked(world)
    answer = fill(world, values=values)
    assert 400 <= answer.status_code < 500, answer.content
    if problems is not None:
        assert {one["field"]: one["code"] for one in answer.json()["errors"]} == problems


def test_what_was_filled_in_is_listed_for_the_office(world: World) -> None:
    asked(world)
    fill(world)
    rows = world.send("city_officer", "GET", "form-fillings/?form=readiness").json()["rows"]
    assert [one["values"] for one in rows] == [{"beds": 0, "area": "12.5", "drill": True}]
