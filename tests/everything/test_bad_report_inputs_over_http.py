"""Every bad report of the catalogue, sent over HTTP into its world, ends as the catalogue asks (坏填报输入)."""

from __future__ import annotations

import csv
import io
import json
import time
from decimal import Decimal
from typing import Any

import pytest

from lianfang.kernel.registers.values import as_json
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within
from tests.domain.reading import ZONE
from tests.domain.test_parsing_catalogue import TABLE_GROUPS, body_of
from tests.everything.outcomes import Outcome, deviations, holds, kept_apart_from_denials, tables
from tests.world import BASE, World, lines, report

ANSWERS = [line for line in lines("report_api.jsonl") if "counts" not in line["input"]]
COUNTS = [line for line in lines("report_api.jsonl") if "counts" in line["input"]]
TABLES = [line for line in lines("report_csv.jsonl") if line["group"] in TABLE_GROUPS]
HEADERS = {"体温": "temperature", "症状": "symptoms", "日期": "day", "时段": "slot", "备注": "note"}

by_id = pytest.mark.parametrize


def sent(world: World, line: dict[str, Any]) -> Outcome:
    """The line as a report of the class head; a name of somebody else travels with that person's number."""
    asked, more, actor = line["input"], {}, "class_head"
    body = body_of(line)
    if line["group"] == "name" and line["expect"].get("same_person") == "C":
        raw = json.loads(body) | {"unit": "S1-K2"}
        raw["person"]["id_number"] = world.number("C")
        body, actor = json.dumps(raw).encode(), "head_K2"
    if "headers" in asked:
        more["content_type"] = asked["headers"]["Content-Type"]
    started = time.perf_counter()
    response = world.report(body, actor=actor, **more)
    return Outcome.of(response, seconds=time.perf_counter() - started)


@by_id("line", ANSWERS, ids=lambda line: line["id"])
def test_a_bad_report_ends_as_the_catalogue_asks(world: World, line: dict[str, Any], caplog) -> None:
    before = tables()
    outcome = sent(world, line)
    holds(line, outcome)
    if outcome.refused:
        assert kept_apart_from_denials(before, tables()), "a refusal leaves every table as it was"
    else:
        check_kept(world, line)
    check_nothing_told(world, line, outcome)
    assert not any("login ok" in entry.getMessage() for entry in caplog.records), "no forged line in the log"
    following = report(key="the-next-valid-one", test__sample_no="SMP-A-0002")
    assert world.report(following).status_code == 200, "the next valid input works"


@by_id("line", COUNTS, ids=lambda line: line["id"])
def test_a_bad_daily_count_ends_as_the_catalogue_asks(world: World, line: dict[str, Any]) -> None:
    before = tables()
    outcome = Outcome.of(world.send("duty_S1", "POST", "unit-reports", line["input"]["counts"]))
    holds(line, outcome)
    if outcome.refused:
        assert kept_apart_from_denials(before, tables())


@by_id("line", TABLES, ids=lambda line: line["id"])
def test_a_bad_row_ends_as_the_catalogue_asks(world: World, line: dict[str, Any]) -> None:
    before = tables()["reporting_answer"]
    done = uploaded(world, line["input"]["csv"])
    holds(line, done)
    assert done.body["read"] == sum(done.body[name] for name in ("written", "refused", "held", "blank"))
    if done.refused:
        assert tables()["reporting_answer"] == before, "a file is taken whole or not at all"
        assert done.body["written"] == line["expect"].get("rows_written", 0)
        return
    for row, values in line["expect"].get("stored", {}).items():
        stored = answer_in(world, line["input"]["csv"], int(row.split()[1]))
        for header, value in values.items():
            assert as_json(getattr(stored, HEADERS[header]), ZONE) == value
    assert line["expect"].get("export") != "neutralised" or is_neutralised(world)


def uploaded(world: World, text: str) -> Outcome:
    """The table as a file of reports."""
    boundary = "between"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="what"\r\n\r\nreports\r\n',
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{text}\r\n--{boundary}--\r\n",
    ]
    kind = f"multipart/form-data; boundary={boundary}"
    return Outcome.of(world.send("class_head", "POST", "imports", "".join(parts).encode(), content_type=kind))


def answer_in(world: World, table: str, row: int) -> Answer:
    """What was kept of a row, counted as a person sees it."""
    cells = list(csv.reader(io.StringIO(table, newline="")))[row - 1]
    letter = next(one for one in "AB" if world.number(one) == cells[1])
    with within(EVERYTHING):
        return Answer.objects.get(person_id=world.persons[letter].pk)


def check_kept(world: World, line: dict[str, Any]) -> None:
    """Nothing is changed but as the line says, it belongs to the person meant, and an export shows no formula."""
    expect, letter = line["expect"], line["expect"].get("same_person", "A")
    if line["id"] in deviations() and line["id"] != "RA-068":
        letter = "A"
    with within(EVERYTHING):
        found = Answer.objects.filter(person_id=world.persons[letter].pk, day=BASE["day"]).first()
        assert found is not None or line["id"] == "RA-068"
        for path, value in expect.get("stored", {}).items():
            assert line["id"] in deviations() or shown(found, path, world, letter) == value
    if "fever" in expect and found:
        assert found.fever is expect["fever"]
    assert expect.get("export") != "neutralised" or is_neutralised(world)


def shown(answer: Any, path: str, world: World, letter: str) -> Any:
    """What is kept at this place of a report."""
    if path == "unit":
        return answer.unit.code
    if path.startswith("person."):
        person = type(world.persons[letter]).objects.get(pk=answer.person_id)
        member = path.removeprefix("person.").removeprefix("id_")
        return getattr(person, member) if member == "name" else getattr(person, member).open()
    value = getattr(answer, path)
    return format(value.normalize(), "f") if isinstance(value, Decimal) else as_json(value, ZONE)


def is_neutralised(world: World) -> bool:
    """Whether an export shows every remark as text, never as a formula."""
    response = world.send("class_head", "GET", "reports/?format=csv&fields=note")
    remarks = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()[1:]  # type: ignore[attr-defined]
    return bool(remarks) and not any(cell.strip('"').lstrip()[:1] in set("=+-@＝＋－＠") for cell in remarks)


def check_nothing_told(world: World, line: dict[str, Any], outcome: Outcome) -> None:
    """An answer names no number, and no trace, statement or path of ours."""
    assert world.number("A") not in outcome.text
    assert BASE["person"]["phone"] not in outcome.text
    for word in ("Traceback", "SELECT ", "/lianfang/", "psycopg"):
        assert word not in outcome.text
    for place in outcome.said:
        assert place["message"] not in ("", place["code"]), "a reason in words"


NAMES = [
    line for line in ANSWERS if line["group"] == "name" and set(line["expect"].get("stored", {})) == {"person.name"}
]


@by_id("line", [line for line in NAMES if "same_person" not in line["expect"]], ids=lambda line: line["id"])
def test_a_name_of_somebody_new_is_kept_as_it_was_given(world: World, line: dict[str, Any]) -> None:
    name = line["input"]["set"]["person.name"]
    given = report(person={"id_type": "passport", "id_number": "E87654321", "name": name})
    assert world.report(given).status_code == 200
    with within(EVERYTHING):
        person = Answer.objects.get(unit__code="S1-K1", day=BASE["day"])
        assert type(world.persons["A"]).objects.get(pk=person.person_id).name == line["expect"]["stored"]["person.name"]


def test_a_name_that_does_not_fit_its_number_changes_neither_name_nor_person(world: World) -> None:
    said = world.report(report(person__name="李四")).json()
    assert [note["code"] for note in said["notes"] if note["warning"]] == ["person.name_mismatch"]
    with within(EVERYTHING):
        person = type(world.persons["A"]).objects.get(
            pk=Answer.objects.get(unit__code="S1-K1", day=BASE["day"]).person_id
        )
    assert (person.pk, person.name) == (world.persons["A"].pk, "张伟")
