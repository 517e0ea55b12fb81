"""The catalogue of bad inputs (坏输入目录), sent in by the head of a class: what is written, what is refused.

Reading the tables is tested beside the readers; here they go all the way to the rows of the database.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange import imports
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.exchange.reading import COPY, lines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon", "reads_here")]

KEPT = {"accept", "normalize", "warn"}


def head_of_a_class(*, registered: bool) -> Actor:
    """The world's first class; its people are on the register, or are yet to be met."""
    school = make.root("S1", "school")
    first, second = (make.unit(school, f"S1-K{n}", "class") for n in (1, 2))
    if registered:
        make.member(first, "张伟", number="11010519491231002X")
        make.member(first, "欧阳安然", number="530102199003070008")
        make.member(second, "买买提·吐尔逊", number="650102198804010008")
    return make.actor(first, "class_head")


def table_of(line: dict[str, Any]) -> tuple[str, bytes] | None:
    """The name and bytes of a line's table; None for those too large to keep, which the readers' tests make."""
    given = line["input"]
    if "csv" in given:
        return "表.csv", given["csv"].encode()
    if "csv_b64" in given:
        return "表.csv", base64.b64decode(given["csv_b64"])
    if "file" in given and (COPY / given["file"]).exists():
        return given["file"].rpartition("/")[2], (COPY / given["file"]).read_bytes()
    return None


def sent(head: Actor, name: str, content: bytes) -> Import | Refused:
    with make.acting(head):
        try:
            return imports.receive(head, "reports", name, content)
        except Refused as refused:
            return refused


def said(kept: Import | Refused) -> list[tuple[str, int | None, str]]:
    """(code, row, column) of everything that was said."""
    if isinstance(kept, Refused):
        return [(p.code, p.row, p.column) for p in kept.problems]
    notes = [(note["code"], note["row"], note["column"]) for note in kept.notes]
    return [(p.code, p.row, p.column) for p in imports.problems_of(kept)] + notes


def stored(row: str) -> dict[str, Any]:
    """What is stored of the answer in this row of a table, by the table's headers; people were entered in order."""
    answer = Answer.objects.order_by("received_at", "person_id")
    found = {str(one.person_id): one for one in answer}
    people = [p for p in Person.objects.order_by("pk") if str(p.pk) in found]
    person = people[int(row.removeprefix("row ")) - 2]
    one = found[str(person.pk)]
    return {
        "姓名": person.name,
        "体温": str(one.temperature.normalize()),
        "日期": str(one.day),
        "症状": one.symptoms,
    }


def amiss(line: dict[str, Any], kept: Import | Refused) -> Iterator[str]:
    """What differs from the line's expectation."""
    expect = line["expect"]
    codes = [expect["code"]] if isinstance(expect.get("code"), str) else expect.get("code", [])
    with within(EVERYTHING):
        written = Answer.objects.count()
        if isinstance(kept, Import) and (kept.written != written or kept.read != sum_of(kept)):
            yield f"numbers do not add up: {written} written"
        if not written:
            yield from _not_written(expect, codes, kept)
            return
        if not KEPT & set(expect["outcome"]):
            yield f"{written} rows were written"
        if expect.get("rows_written", written) != written:
            yield f"{written} rows were written, not {expect['rows_written']}"
        if expect["outcome"] == ["warn"] and not set(codes) & {code for code, _, _ in said(kept)}:
            yield f"nothing warns: {said(kept)}"
        for row, values in expect.get("stored", {}).items():
            if not values.items() <= {**stored(row), **({"时段": "am"})}.items():
                yield f"{row} is {stored(row)}"


def sum_of(kept: Import) -> int:
    return kept.written + kept.refused + kept.held + kept.blank


def _not_written(expect: dict[str, Any], codes: list[str], kept: Import | Refused) -> Iterator[str]:
    if not {"reject", "deny", "limit", "conflict"} & set(expect["outcome"]):
        yield f"nothing was written: {said(kept)}"
    at = expect.get("at", {})
    fitting = [one for one in said(kept) if not codes or one[0] in codes]
    if len(fitting) != expect.get("errors", len(fitting)):
        yield f"{len(fitting)} errors: {said(kept)}"
    if not any(at.get("row") in (None, row) and at.get("column") in (None, column) for _, row, column in fitting):
        yield f"said elsewhere or otherwise: {said(kept)}"


def tried(head: Actor, wanted: list[dict[str, Any]]) -> list[str]:
    """Every line in a world of its own; what went otherwise than expected."""
    wrong = []
    for line in wanted:
        table = table_of(line)
        if table is None:
            continue
        with transaction.atomic():
            kept = sent(head, *table)
            wrong += [f"{line['id']} {line['title']}: {text}" for text in amiss(line, kept)]
            transaction.set_rollback(True)
    return wrong


def test_tables_of_answers_end_as_the_catalogue_says():
    head = head_of_a_class(registered=True)
    wanted = lines("report_csv.jsonl", "report_csv.jsonl")
    assert tried(head, wanted) == []


def test_uploaded_files_end_as_the_catalogue_says():
    head = head_of_a_class(registered=False)
    wanted = [line for line in lines("file.jsonl", "file.jsonl", COPY) if line["group"] != "picture"]
    assert tried(head, wanted) == []


def test_no_class_but_ones_own_gets_an_answer_from_a_file():
    head = head_of_a_class(registered=True)
    rows = "姓名,证件号码,单位代码,日期,时段,体温\n张伟,11010519491231002X,S1-K2,2026-03-02,上午,36.5\n"
    kept = sent(head, "表.csv", rows.encode())
    assert ("scope", 2, "单位代码") in said(kept)
    assert Unit.objects.filter(code="S1-K2").exists()
