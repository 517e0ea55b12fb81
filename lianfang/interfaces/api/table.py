"""The table of endpoints (接口一览): everything the API answers, once; addresses and the description come from it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation

from lianfang.interfaces.api import (
    acts,
    answers,
    boards,
    choices,
    cross,
    filing,
    listing,
    openapi,
    people,
    schemas,
    schemas_of_forms,
    sending,
)
from lianfang.interfaces.api.endpoint import JSON, Call, Endpoint, Parameter, json_of
from lianfang.interfaces.api.schema_words import DAY, TEXT, choice, ref
from lianfang.kernel.registers.paging import LARGEST
from lianfang.kernel.registers.register import Filter, Register, registers

OWN_PAGES = frozenset({"persons", "imports"})
"""Registers whose rows are shown by an endpoint of their own."""
_CODE = Parameter("code", "code of the unit", place="path")
_ID = Parameter("id", "id of the row", place="path")
_PLACE = tuple(Parameter(n, s, place="path") for n, s in (
    ("unit", "code of the unit"), ("day", "ISO date"), ("slot", "am, noon or pm"), ("person", "id of the person"),
))  # fmt: skip
_FIELDS = Parameter("fields", "names of the members wanted, with commas between")
_SIZE = {"type": "integer", "minimum": 1, "maximum": LARGEST}
_ANY_BODY = {JSON: {"type": "object"}}


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every endpoint, described in English; asked for when all capabilities have declared registers and actions."""
    with translation.override("en"):
        return (*_sending(), *_boards(), *_forms(), *_persons(), *_files(), *_registers(), *_actions(), *_about())


def _sending() -> Iterator[Endpoint]:
    receipt, refusals = json_of("Receipt"), (400, 404, 409, 413, 415, 422)
    yield Endpoint(
        "POST", "reports", "reports.send", sending.take_answer, "Send one person's answer for one day and slot",
        body=json_of("Report"), answer=receipt, refusals=refusals, group="Reports",
    )  # fmt: skip
    yield Endpoint(
        "POST", "reports/batch", "reports.batch", sending.take_batch,
        "Send up to 1,000 answers; each gets its own receipt or refusal, in order",
        body=json_of("Batch"), answer=json_of("BatchResult"), refusals=(400, 413, 415, 422), group="Reports",
    )  # fmt: skip
    yield Endpoint(
        "POST", "roll-calls", "roll_calls.send", sending.take_roll_call, "Check a class as one observation",
        body=json_of("RollCall"), answer=receipt, refusals=refusals, group="Reports",
    )  # fmt: skip
    yield Endpoint(
        "POST", "unit-reports", "unit_reports.send", sending.take_unit_report,
        "Sign and send a unit's daily report: counts, or nothing to report",
        body=json_of("UnitReport"), answer=receipt, refusals=refusals, group="Reports",
    )  # fmt: skip
    yield Endpoint(
        "GET", "reports/{unit}/{day}/{slot}/{person}", "reports.read", answers.show_answer,
        "One answer with its earlier revisions", _PLACE,
        answer={JSON: schemas_of_forms.answer_with_history()}, refusals=(404,), group="Reports",
    )  # fmt: skip
    yield Endpoint(
        "PATCH", "reports/{unit}/{day}/{slot}/{person}", "reports.change", answers.change_answer,
        "Always refused: an answer is corrected by sending another", _PLACE,
        body=_ANY_BODY, refusals=(404, 422), group="Reports",
    )  # fmt: skip


def _boards() -> Iterator[Endpoint]:
    day = Parameter("day", "the day; today where the unit is when left out", DAY)
    yield Endpoint(
        "GET", "units/{code}/board", "units.board", boards.show_board,
        "Who was expected, who reported, who is missing by name, and the sums, at this moment. Above a county the"
        " figures are `age_seconds` old, and at most 200 missing units are named: ask the units below for the others."
        " The newest 200 corrections are listed",
        (_CODE, day, Parameter("form", "code of the form")),
        answer=json_of("Board"), refusals=(404, 422), group="Units",
    )  # fmt: skip


def _forms() -> Iterator[Endpoint]:
    ways = "prefecture, county, below (lower units), kind, day, or a field of the form that is a choice or a yes-or-no"
    files = {
        media: {"type": "string", "format": "binary"} for kind, media in listing.MEDIA.items() if kind in cross.FILES
    }
    yield Endpoint(
        "GET", "forms/{code}/cross-table", "forms.cross", cross.show_cross,
        "What was filled in on a form over up to 30 days, divided in two ways. Zero, missing, unknown and not asked are"
        " kept apart: a cell without a value says why in `state`",
        (
            Parameter("code", "code of the form", place="path"), Parameter("unit", "code of the unit; one's own"),
            Parameter("rows", ways), Parameter("columns", ways),
            Parameter("sum", "the number or yes-or-no that is added up; forms are counted when left out"),
            Parameter("from", "first day", DAY), Parameter("to", "last day", DAY),
            Parameter("format", "shape of the answer", choice(("json", *cross.FILES))),
        ),
        answer={JSON: schemas_of_forms.cross_table(), **files}, refusals=(404, 422), group="Forms",
    )  # fmt: skip


def _persons() -> Iterator[Endpoint]:
    yield Endpoint(
        "GET", "me", "me.read", people.show_me, "One's own account, posts, person, wards and recent answers",
        answer=json_of("Me"), group="People",
    )  # fmt: skip
    yield Endpoint(
        "PATCH", "me", "me.change", people.change_me, "Always refused: nobody changes their own role or record here",
        body=_ANY_BODY, refusals=(422,), group="People",
    )  # fmt: skip
    yield Endpoint(
        "POST", "persons/search", "persons.search", people.search_persons, "Find persons by a part of their name",
        body=json_of("Search"), answer=json_of("Found"), refusals=(404, 422), group="People",
    )  # fmt: skip
    yield Endpoint(
        "GET", "persons/{id}", "persons.read", people.show_person, "One person, number and phone masked",
        (_ID, _FIELDS), answer=json_of("Person"), refusals=(404, 422), group="People",
    )  # fmt: skip
    yield Endpoint(
        "GET", "persons/{id}/access-log", "persons.log", people.show_access_log,
        "When and why the person's number was opened", (_ID,),
        answer=json_of("AccessLog"), refusals=(404,), group="People",
    )  # fmt: skip
    yield Endpoint(
        "PATCH", "persons/{id}", "persons.change", people.change_person,
        "Always refused: a person is changed by the actions for it", (_ID,),
        body=_ANY_BODY, refusals=(404, 422), group="People",
    )  # fmt: skip


def _files() -> Iterator[Endpoint]:
    upload, refusals = {"multipart/form-data": ref("Upload")}, (404, 413, 415, 422)
    yield Endpoint(
        "POST", "imports", "imports.send", filing.take_file,
        "Send a file; it is read to its end before anything is written",
        body=upload, answer=json_of("Import"), refusals=refusals, group="Files",
    )  # fmt: skip
    yield Endpoint(
        "GET", "imports/{id}", "imports.read", filing.show_import, "What became of a file, row by row", (_ID,),
        answer=json_of("Import"), refusals=(404,), group="Files",
    )  # fmt: skip
    yield Endpoint(
        "DELETE", "imports/{id}", "imports.drop", filing.drop_import,
        "Give a file up; none of its rows is written", (_ID,),
        answer=json_of("Import"), refusals=(404, 409), group="Files",
    )  # fmt: skip
    yield Endpoint(
        "POST", "imports/{id}/confirm", "imports.confirm", filing.confirm_import,
        "Write a file that was only checked", (_ID,),
        body=json_of("Confirmation"), answer=json_of("Import"), refusals=(404, 409, 422), group="Files",
    )  # fmt: skip


def _registers() -> Iterator[Endpoint]:
    for name, register in sorted(registers.items()):
        yield Endpoint(
            "GET", f"{name}/", f"{name}.list", listing.list_of(register), f"List: {register.title}",
            _list_parameters(register), answer=_list_answer(register), refusals=(404, 422), group="Registers",
        )  # fmt: skip
        if listing.key_of(register) is not None and name not in OWN_PAGES:
            yield Endpoint(
                "GET", f"{name}/{{id}}/", f"{name}.row", listing.row_of(register), f"One row: {register.title}",
                (_ID, _FIELDS), answer=json_of(schemas.whole_name(register)), refusals=(404, 422), group="Registers",
            )  # fmt: skip


def _list_answer(register: type[Register]) -> dict[str, Any]:
    files = {media: {"type": "string", "format": "binary"} for kind, media in listing.MEDIA.items() if kind != "json"}
    return {JSON: schemas.page_of(register), **files}


def _list_parameters(register: type[Register]) -> tuple[Parameter, ...]:
    search = [Parameter("search", "words to look for")] if register.search else []
    return (
        *[_filter(one) for one in register.filters],
        *search,
        Parameter("cursor", "`next` of the page before"),
        Parameter("size", "rows of a page; a file is whole unless it is given, then `Link` leads to the next", _SIZE),
        _FIELDS,
        Parameter("format", "shape of the answer, when `Accept` cannot be set", choice(listing.MEDIA)),
    )


def _filter(one: Filter) -> Parameter:
    schema = DAY if one.kind == "day" else TEXT
    if one.choices:
        schema = choice(code for code, _ in one.choices)
    return Parameter(one.name, f"only rows of this: {one.label}", schema)


def _actions() -> Iterator[Endpoint]:
    for action in acts.offered():
        yield Endpoint(
            "POST", f"actions/{action.kind}", f"actions.{action.kind}", acts.act_of(action), action.title,
            body={JSON: choices.body_of(action)}, answer=json_of("Done"), refusals=(403, 404, 409, 422),
            group="Actions",
        )  # fmt: skip


def _about() -> Iterator[Endpoint]:
    yield Endpoint(
        "GET", "openapi.json", "openapi", lambda _: document(), "This description",
        answer={JSON: {"type": "object"}}, open=True, group="About",
    )  # fmt: skip


def document() -> dict[str, Any]:
    """The description of everything in the table, as OpenAPI 3.1, in English."""
    with translation.override("en"):
        return openapi.document(endpoints(), [register for _, register in sorted(registers.items())])


def docs(call: Call) -> HttpResponse:
    """The description for people."""
    return render(call.request, "api/docs.html", openapi.page(endpoints(), document()))
