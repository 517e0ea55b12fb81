"""Every bad input that needs no database meets the outcome the catalogue asks for (坏输入清单)."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from lianfang.domain.answers import AnswerDraft, looks_like_header, looks_like_signature_or_total, nest, row_problems
from lianfang.domain.counts import parse_counts
from lianfang.domain.parsing.envelope import load_json
from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.domain.symptoms import is_fever
from tests.domain.reading import COPY, DAILY_COUNTS, POLICY, WHOLE, WORLD, ZONE, lines, put, understood

MAX_BYTES = WORLD["policy"]["max_body_mib"] * 2**20

# Decided only with the register, the dues or the request at hand; here these lines must read without a refusal.
NEEDS_MORE = {
    "RA-048": "whether a period is closed is written on its due",
    "RA-075": "the registered name is in the register of persons",
    "RA-109": "whose sample it is stands in the register of samples",
    "RA-110": "units are in the register of units",
    "RA-111": "names of units are in the register of units",
    "RA-112": "units are in the register of units",
    "RA-114": "which units report is in the register of units",
    "RA-131": "the content type is a header of the request",
    "RC-028": "units are in the register of units",
    "RC-029": "the registered name is in the register of persons",
}
# Refused although the catalogue would also let them be kept.
STRICTER = {
    "RA-050": "a program must say the offset; a person on a page need not",
    "RA-051": "there is no 60th second in the zone",
    "RA-062": "no area of that prefix has ever been",
    "RA-079": "no sign of a name",
    "RA-082": "no sign of a name",
    "RA-083": "no sign of a name",
    "RA-084": "no sign of a name",
    "RA-088": "no sign of a name",
    "RC-033": "whether a repeated row may be left out is the importer's choice",
    "RC-034": "whether a repeated row may be left out is the importer's choice",
}
TABLE_GROUPS = ("csv_values", "csv_people")

API = lines("report_api.jsonl")
TABLES = [line for line in lines("report_csv.jsonl") if line["group"] in TABLE_GROUPS]


class Outcome:
    """What happened to one input: refused with problems, or kept as drafts or counts with notes."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Note] = []
        self.drafts: dict[int, AnswerDraft] = {}
        self.seconds = 0.0

    @property
    def name(self) -> str:
        if self.problems:
            return "limit" if self.problems[0].code == "body.too_large" else "reject"
        if any(note.warning for note in self.notes):
            return "warn"
        return "normalize" if self.notes else "accept"


def body_of(line: Mapping[str, Any]) -> bytes:
    asked = line["input"]
    if "raw" in asked:
        return str(asked["raw"]).encode()
    raw = report_of(asked)
    made = asked.get("generate", {})
    if "string_field" in made:
        raw[made["string_field"]] = "x" * made["bytes"]
    elif "path" in made:
        put(raw, made["path"], made["repeat"] * made["times"])
    elif "repeat" in made:
        return str(made["repeat"] * made["times"]).encode()
    return json_text(raw).encode(asked.get("encode", "utf-8"))


def report_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(json.dumps(WORLD["base_report"]))
    for path, value in asked.get("set", {}).items():
        put(raw, path, value)
    for path in asked.get("unset", []):
        put(raw, path, None)
    return raw


def json_text(raw: Any) -> str:
    return json.dumps(raw, ensure_ascii=False)


def api_outcome(line: Mapping[str, Any]) -> Outcome:
    outcome = Outcome()
    body = json_text(line["input"]["counts"]).encode() if "counts" in line["input"] else body_of(line)
    started = time.perf_counter()
    try:
        raw = load_json(body, max_bytes=MAX_BYTES)
        if "counts" in line["input"]:
            outcome.notes = counts_notes(raw)
        else:
            outcome.drafts[1], outcome.notes = understood(raw)
    except Refused as refused:
        outcome.problems = refused.problems
    outcome.seconds = time.perf_counter() - started
    return outcome


def counts_notes(raw: Any) -> list[Note]:
    yesterday = {"expected": 40, "present": 39, "absent": 1, "fever": 2, "tested": 40, "confirmed": 0}
    nothing = raw["nothing_to_report"]
    return parse_counts(
        raw, DAILY_COUNTS, policy=POLICY, yesterday=yesterday, nothing_to_report=nothing, channel="json"
    )[1]


def table_outcome(line: Mapping[str, Any]) -> Outcome:
    """The table read row by row as an importer does: nothing of it counts when a row is refused."""
    outcome = Outcome()
    header, *rows = list(csv.reader(io.StringIO(line["input"]["csv"], newline="")))
    for number, cells in enumerate(rows, start=2):
        assert not looks_like_header(cells)
        assert not looks_like_signature_or_total(cells)
        try:
            outcome.drafts[number], notes = understood(nest(dict(zip(header, cells, strict=True))), "text")
        except Refused as refused:
            outcome.problems += [problem.at_row(number) for problem in refused.problems]
        else:
            outcome.notes += notes
    outcome.problems += row_problems(list(outcome.drafts.items()))
    return outcome


def holds(line: Mapping[str, Any], outcome: Outcome) -> None:
    expect = line["expect"]
    assert outcome.name in expect["outcome"], (outcome.problems, outcome.notes)
    if set(expect["outcome"]) & {"accept", "normalize", "warn"} and line["id"] not in STRICTER:
        assert not outcome.problems, "what may be kept is kept"
    if outcome.name in ("reject", "limit", "warn"):
        found: list[Any] = [*outcome.problems] or [note for note in outcome.notes if note.warning]
        codes = expect["code"] if isinstance(expect["code"], list) else [expect["code"]]
        matching = [one for one in found if one.code in codes]
        assert matching, found
        assert_place(expect.get("at", {}), matching)
    if "suggest" in expect:
        assert expect["suggest"] in [problem.facts.get("suggest") for problem in outcome.problems]
    assert outcome.seconds * 1000 <= expect.get("max_ms", 2000)


def assert_place(at: Mapping[str, Any], found: list[Any]) -> None:
    if "field" in at and found[0].field:
        assert at["field"] in [one.field for one in found]
    if "row" in at:
        assert at["row"] in [one.row for one in found if isinstance(one, Problem)]
    if "column" in at:
        assert list(nest({at["column"]: ""})) == [found[0].field.partition(".")[0]]


def kept(draft: AnswerDraft, path: str) -> Any:
    if path == "person.id_number":
        assert draft.person.identity
        return draft.person.identity.number
    value: Any = draft
    for name in path.split("."):
        value = getattr(value, name)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if isinstance(value, str) else str(value)


@pytest.mark.parametrize("line", [x for x in API if x["id"] not in NEEDS_MORE], ids=lambda line: line["id"])
def test_a_bad_report_has_the_outcome_the_catalogue_asks_for(line: dict[str, Any]) -> None:
    outcome = api_outcome(line)
    holds(line, outcome)
    if outcome.problems or "counts" in line["input"]:
        return
    draft, expect = outcome.drafts[1], line["expect"]
    for path, value in expect.get("stored", {}).items():
        assert kept(draft, path) == value
    if "fever" in expect:
        assert is_fever(draft.temperature, POLICY) is expect["fever"]


@pytest.mark.parametrize("line", [x for x in API if "same_person" in x["expect"]], ids=lambda line: line["id"])
def test_another_spelling_is_recognised_as_the_same_person(line: dict[str, Any]) -> None:
    person = next(one for one in WORLD["persons"] if one["ref"] == line["expect"]["same_person"])
    draft = api_outcome(line).drafts[1]
    spelled = [draft.person.identity and draft.person.identity.number, draft.person.name]
    assert person["id_number"] in spelled or person["name"] in spelled


@pytest.mark.parametrize("line", [x for x in TABLES if x["id"] not in NEEDS_MORE], ids=lambda line: line["id"])
def test_a_bad_row_has_the_outcome_the_catalogue_asks_for(line: dict[str, Any]) -> None:
    outcome = table_outcome(line)
    holds(line, outcome)
    if outcome.problems:
        return
    for row, values in line["expect"].get("stored", {}).items():
        for header, value in values.items():
            (path,) = nest({header: ""})
            assert kept(outcome.drafts[int(row.split()[1])], path) == value


@pytest.mark.parametrize("line", [x for x in API + TABLES if x["id"] in NEEDS_MORE], ids=lambda line: line["id"])
def test_what_needs_the_register_is_left_to_it(line: dict[str, Any]) -> None:
    outcome = api_outcome(line) if line["surface"] == "report_api" else table_outcome(line)
    assert outcome.problems == []


def test_every_line_of_the_catalogue_is_read_here() -> None:
    assert len(API) >= 135
    assert len(TABLES) >= 15
    assert set(NEEDS_MORE) <= {line["id"] for line in API + TABLES}


def test_midnight_in_utc_is_the_local_day() -> None:
    line = next(x for x in API if x["id"] == "RA-049")
    reported_at = api_outcome(line).drafts[1].reported_at
    assert reported_at
    assert reported_at.astimezone(ZONE).date() == date(2026, 3, 2)


@pytest.mark.skipif(not WHOLE.is_dir(), reason="the whole catalogue is not beside the project")
def test_the_copy_has_the_lines_of_the_whole_catalogue() -> None:
    for name in ("report_api.jsonl", "report_csv.jsonl"):
        whole = {
            x["id"]: x["expect"] for x in lines(name) if x["surface"] != "report_csv" or x["group"] in TABLE_GROUPS
        }
        assert {x["id"]: x["expect"] for x in lines(name, COPY)} == whole
