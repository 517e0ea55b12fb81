"""Registers on their way out (导出): read back as a spreadsheet or a program reads them."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.domain.amounts import AtLeast
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.exports import KINDS, export
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.audit.models import Event
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import Column, registers
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.lists import number, school
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]


def written(actor: Actor, register: str, kind: str, *, labelled: bool = False, **asked: str) -> bytes:
    out = io.BytesIO()
    with make.acting(actor):
        export(actor, register, asked, kind, out, labelled=labelled)
    return out.getvalue()


def read_back(content: bytes, kind: str) -> list[dict[str, Any]]:
    """The rows, by column name, as the kind's own readers give them."""
    if kind == "ndjson":
        return [json.loads(line) for line in content.decode().splitlines()]
    if kind == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def with_answers(*notes: str) -> Actor:
    """The head of a class with one answer a note; the last one came without a temperature."""
    school()
    klass = Unit.objects.get(code="S1-K1")
    head = make.actor(klass, "class_head")
    with make.acting(head):
        for at, note in enumerate(notes):
            who = make.member(klass)
            more = {"temperature": "36.5"} if at < len(notes) - 1 else {}
            receive_answer(head, make.answer(who, klass, note=note, **more), channel="json")
    return head


def imports_of_nothing(unit: Unit, **numbers: int) -> None:
    with within(EVERYTHING):
        Import.objects.create(
            unit=unit, what="people", filename="名单.csv", sha256="0" * 64, content=b"", stage="refused",
            sender="somebody", received_at=make.at(12), **numbers,
        )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_zero_is_zero_unknown_is_empty_and_at_least_says_so(kind, monkeypatch):
    where = school()
    imports_of_nothing(where, read=3, refused=3)
    bound = [Column("bound", "bound", lambda _: AtLeast(12)), Column("unknown", "unknown", lambda _: None)]
    monkeypatch.setattr(registers["imports"], "columns", [*registers["imports"].columns, *bound])

    (row,) = read_back(written(make.actor(where, "administrator"), "imports", kind), kind)

    assert [float(row[name]) for name in ("read", "refused", "written")] == [3, 3, 0]
    assert row["bound"] == "≥12"
    assert row["unknown"] == (None if kind == "ndjson" else "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_begins_like_a_formula_is_text_to_a_spreadsheet(kind):
    notes = ("=1+1", "@SUM(1+1)", "\t=1+1", "-2+3", "一切正常")
    rows = read_back(written(with_answers(*notes), "reports", kind), kind)
    found = {row["note"].removeprefix("'") for row in rows}
    assert found == set(notes)
    if kind == "csv":
        assert all(row["note"].startswith("'") for row in rows if row["note"] != "一切正常")


@pytest.mark.parametrize("kind", KINDS)
def test_a_reading_not_taken_is_empty_and_never_zero(kind):
    rows = read_back(written(with_answers("a", "b"), "reports", kind), kind)
    readings = {row["note"]: row["temperature"] for row in rows}
    assert float(readings["a"]) == 36.5
    assert readings["b"] == (None if kind == "ndjson" else "")


def test_moments_have_their_offset_for_programs_and_local_time_for_spreadsheets():
    head = with_answers("a")
    assert read_back(written(head, "reports", "ndjson"), "ndjson")[0]["received_at"] == "2026-03-02T16:05:00+08:00"
    assert read_back(written(head, "reports", "csv"), "csv")[0]["received_at"] == "2026-03-02 16:05:00"
    (row,) = read_back(written(head, "reports", "xlsx"), "xlsx")
    assert (str(row["received_at"]), row["day"]) == ("2026-03-02 16:05:00", DAY)


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_and_phones_stay_masked_in_files(kind):
    where = school()
    klass = Unit.objects.get(code="S1-K1")
    make.member(klass, "张伟", number=number(1))
    content = written(make.actor(where, "administrator"), "persons", kind)
    (row,) = read_back(content, kind)
    assert row["id_number"] == f"5{'*' * 15}{number(1)[-2:]}" and number(1) not in str(read_back(content, kind))


def test_a_file_holds_what_its_sender_may_see_and_the_filters_let_through():
    one, other = school(), make.root("S9", "school")
    for where in (one, other):
        imports_of_nothing(where)
    admin = make.actor(one, "administrator")
    assert len(read_back(written(admin, "imports", "csv"), "csv")) == 1
    assert read_back(written(admin, "imports", "csv", unit="S9"), "csv") == []
    assert len(read_back(written(SYSTEM, "imports", "csv"), "csv")) == 2


def test_an_export_leaves_an_event_with_the_register_the_filters_and_the_rows_but_no_name_that_was_searched():
    where = school()
    admin = make.actor(where, "administrator")
    written(admin, "units", "csv", unit="S1", search="第一中学")
    with within(EVERYTHING):
        event = Event.objects.get(kind="register.exported")
    assert event.facts == {
        "register": "units", "rows": "1", "file": "csv", "filters": '{"unit": "S1", "search": "***"}',
    }  # fmt: skip
    assert (event.unit_id, event.actor_id, event.subject) == (where.pk, admin.account_id, "register:units")


def test_a_register_that_is_not_the_actors_and_one_that_is_not_there_answer_alike():
    school()
    head = make.actor(Unit.objects.get(code="S1-K1"), "class_head")
    for name in ("events", "no-such-list"):
        with make.acting(head), pytest.raises(Refused, match="scope"):
            export(head, name, {}, "csv", io.BytesIO())
    with make.acting(head), pytest.raises(Refused, match=r"filter\.unknown"):
        export(head, "units", {"colour": "red"}, "csv", io.BytesIO())


def test_headers_are_names_or_the_words_of_the_page():
    admin = make.actor(school(), "administrator")
    assert written(admin, "units", "csv").decode("utf-8-sig").splitlines()[0].startswith("code,name,kind")
    first = written(admin, "units", "csv", labelled=True).decode("utf-8-sig").splitlines()[0]
    assert first.split(",")[:2] == [str(column.label) for column in registers["units"].columns[:2]]


def test_a_long_list_takes_no_more_memory_than_a_short_one(tmp_path):
    admin = make.actor(school(classes=1), "administrator")
    used = []
    for more in (200, 3_000):
        with within(EVERYTHING):
            root = Unit.objects.get(code="S1")
            Unit.objects.bulk_create(
                Unit(code=f"{more}-{n}", name="班", kind="class", parent=root, path=f"{root.path}{more}{n:05d}/",
                     opened_on=DAY) for n in range(more)
            )  # fmt: skip
        tracemalloc.start()
        with make.acting(admin):
            assert export(admin, "units", {}, "csv", tmp_path / "units.csv") > more
        used.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert used[1] < 4 * used[0] + 2_000_000
