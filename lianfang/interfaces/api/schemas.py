"""JSON schemas of what is sent and answered (数据格式), built from the same declarations that read and show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField, UUIDField

from lianfang.capabilities.verification.fields import SIDES
from lianfang.domain.answers import MEMBERS
from lianfang.domain.counts import CountItem
from lianfang.domain.identity import ID_TYPES
from lianfang.domain.parsing.choices import HEALTH_CODES, SLOTS, STATES, TEST_RESULTS
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.api import boards, filing, people
from lianfang.interfaces.api.listing import key_of, shown_names
from lianfang.interfaces.api.schema_words import (
    COUNT,
    DAY,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    UUID,
    body,
    choice,
    many,
    maybe,
    ref,
    said,
    shown,
)
from lianfang.interfaces.api.schemas_of_briefings import BRIEFINGS, OF_BRIEFINGS
from lianfang.kernel.registers.register import Column, Register
from lianfang.kernel.reporting.forms import DAILY, shipped


def components(registers: Iterable[type[Register]]) -> dict[str, Any]:
    """All named schemas: bodies, answers, and a row of each register."""
    known = list(registers)
    rows = {row_name(one): register_row(one) for one in known}
    rows |= {whole_name(one): register_row(one, whole=True) for one in known if one.details}
    return {**_sent(), **_answered(), **_board(), **_persons(), **BRIEFINGS, **rows}


def _sent() -> dict[str, Any]:
    person = body(
        {
            "id_type": choice(ID_TYPES.codes), "id_number": TEXT, "id_reason": TEXT, "name": TEXT, "phone": TEXT,
            "birth_date": DAY, "guardian_notice": FLAG, "ref": {**TEXT, "description": "the person's id here"},
        }
    )  # fmt: skip
    moments = {"sampled_at": MOMENT, "reported_at": MOMENT}
    test = body({"result": choice(TEST_RESULTS.codes), "sample_no": TEXT, **moments, "ct": NUMBER}, ["result"])
    members = {
        "key": {**TEXT, "minLength": 8, "maxLength": 200, "description": "the sender's own id of this answer"},
        "unit": {**TEXT, "description": "code of the unit"}, "day": DAY, "slot": choice(SLOTS.codes),
        "person": ref("PersonRef"), "state": choice(STATES.codes), "temperature": {**NUMBER, "description": "°C"},
        "symptoms": many(choice(SYMPTOMS.codes)), "health_code": choice(HEALTH_CODES.codes), "test": ref("TestResult"),
        "reported_at": MOMENT, "note": TEXT,
        "revision": {"type": "integer", "minimum": 1, "description": "the sender's own count of this answer"},
    }  # fmt: skip
    report = body({name: members[name] for name in MEMBERS}, ("key", "unit", "day", "person"))
    return {"PersonRef": person, "TestResult": test, "Report": report, **_rolls(members), **_uploads()}


def _rolls(members: dict[str, Any]) -> dict[str, Any]:
    seen = {"person": {"anyOf": [UUID, ref("PersonRef")]}}
    seen |= {name: members[name] for name in ("state", "temperature", "symptoms", "health_code", "test", "note")}
    roll = {name: members[name] for name in ("key", "unit", "day", "slot")}
    roll |= {"observed_by": TEXT, "exceptions": many(body(seen, ["person"])), "everyone_else": choice(["well"])}
    items = many(ref("Report"), maxItems=1000)
    return {
        "RollCall": body(roll, ("key", "unit", "day", "slot", "everyone_else")),
        "UnitReport": _unit_report(members["key"]),
        "Batch": {"anyOf": [items, body({"items": items}, ["items"])]},
    }


def _unit_report(key: dict[str, Any]) -> dict[str, Any]:
    counts = {item.code: _figure(item) for item in shipped(DAILY).items}
    envelope = {
        "key": key, "unit": TEXT, "day": DAY, "form": {**TEXT, "default": DAILY}, "form_version": COUNT,
        "nothing_to_report": {**FLAG, "description": "a zero report: every figure is an explicit zero"},
        "remark": TEXT, "reason": {**TEXT, "description": "owed when a report that stands is corrected"},
    }  # fmt: skip
    return body({**envelope, **counts, "counts": body(counts)})


def _figure(item: CountItem) -> dict[str, Any]:
    kind = {"type": "integer", "minimum": item.minimum} if item.kind == "count" else TEXT
    return {**kind, "description": item.en}


def _uploads() -> dict[str, Any]:
    upload = {
        "what": choice(filing.KINDS),
        "unit": {**TEXT, "description": "the unit of rows that name none; the sender's own when left out"},
        "file": {"type": "string", "format": "binary", "description": "CSV, XLSX or NDJSON"},
        "keep_good": {**FLAG, "description": "write the good rows of a file that has bad ones"},
        "dry_run": {**FLAG, "description": "check only"},
        "agreement": {**TEXT, "description": "of a list of cases: number or key of the exchange agreement"},
        "side": {**choice(SIDES), "description": "of a list of cases: whose it is", "default": "theirs"},
        "control_total": {**COUNT, "description": "of a list of cases: how many rows its sender says it has"},
        "day": {**DAY, "description": "of a list of cases: the day it stands for; today when left out"},
    }
    return {
        "Upload": body(upload, ("what", "file")),
        "Confirmation": body({"keep_good": FLAG}),
        "Search": body({"name": TEXT}, ["name"]),
    }


_FIGURE: dict[str, Any] = {"type": ["integer", "string", "null"]}
_CHANGED = shown({"before": _FIGURE, "after": _FIGURE})
_NOTED: dict[str, Any] = {
    "type": "object",
    "properties": {"code": TEXT, "message": TEXT},
    "required": ["code", "message"],
}


def own_answer() -> dict[str, Any]:
    """One of one's own newest answers."""
    values = {name: maybe(TEXT) for name in people.ANSWER} | {"symptoms": many(TEXT), "revision": COUNT, "day": DAY}
    return shown({"person": UUID, **values, "received_at": MOMENT})


def _answered() -> dict[str, Any]:
    error = {
        "type": "object",
        "properties": {"field": TEXT, "row": COUNT, "column": TEXT, "code": TEXT, "message": TEXT, "suggest": TEXT},
        "required": ["code", "message"],
    }
    note = {"code": TEXT, "field": TEXT, "warning": FLAG, "kept": maybe(TEXT), "message": TEXT}
    receipt = {
        "receipt": UUID,
        "key": TEXT,
        "hash": TEXT,
        "received_at": MOMENT,
        "state": TEXT,
        "notes": many(shown(note)),
    }
    counts = dict.fromkeys(filing.COUNTS, COUNT)
    done = {"id": UUID, "what": TEXT, "file": TEXT, "stage": TEXT, **counts, "received_at": MOMENT}
    return {
        "Problem": shown({"status": COUNT, "code": TEXT, "title": TEXT, "errors": many(ref("Error"))}),
        "Error": error,
        "Receipt": shown(receipt),
        "BatchResult": shown({"results": many({"anyOf": [ref("Receipt"), ref("Problem")]})}),
        "Import": shown({**done, "errors": many(ref("Error")), "notes": many(_NOTED)}),
        "Done": {**shown({"done": TEXT, "subject": TEXT}), "additionalProperties": True},
    }


def _board() -> dict[str, Any]:
    counts = dict.fromkeys(boards.COUNTS, COUNT)
    ill = {"well": maybe(COUNT), "unwell": _OF_KIND["small"], "fever": _OF_KIND["small"]}
    persons = dict.fromkeys(boards.PEOPLE, COUNT) | ill | {"modes": {"type": "object", "additionalProperties": COUNT}}
    named = shown({"code": TEXT, "name": TEXT})
    total = {"value": maybe(COUNT), "at_least": FLAG, "reporting": COUNT, "expected": COUNT}
    child = {"unit": TEXT, "name": TEXT, "kind": TEXT, "state": choice(boards.STATES), "revision": maybe(COUNT)}
    correction = {"code": TEXT, "name": TEXT, "revision": COUNT, "received_at": MOMENT, "signer": TEXT, "reason": TEXT}
    board = {
        "unit": TEXT, "name": TEXT, "day": DAY, "as_of": MOMENT, **counts,
        "age_seconds": {"type": "number", "minimum": 0}, "missing_units": many(named),
        "not_yet_units": many(named),
        "sums": {"type": "object", "additionalProperties": shown(total)}, "people": shown(persons),
        "children": many(shown({**child, **counts, "people": shown(persons)})),
        "corrections": many(shown({**correction, "changes": {"type": "object", "additionalProperties": _CHANGED}})),
    }  # fmt: skip
    return {"Board": shown(board)}


def _persons() -> dict[str, Any]:
    membership = {name: maybe(TEXT) for name in people.MEMBERSHIP} | {"id": UUID, "unit": TEXT, "since": DAY}
    person = {name: maybe(TEXT) for name in people.PERSON} | {"id": UUID, "memberships": many(shown(membership))}
    account = {"handle": maybe(TEXT), "name": TEXT, "machine": FLAG}
    post = {"unit_name": TEXT, "role": TEXT, "unit": TEXT, "since": MOMENT, "until": MOMENT}
    me = {
        "account": shown(account),
        "may_write": FLAG,
        "posts": many(shown(post)),
        "person": maybe(ref("Person")),
        "wards": many(ref("Person")),
        "answers": many(own_answer()),
    }
    found = {"id": UUID, "name": TEXT, "unit": TEXT, "kind": TEXT}
    opening = {"at": MOMENT, "kind": TEXT, "unit": maybe(TEXT), "purpose": maybe(TEXT)}
    return {
        "Person": {"type": "object", "properties": person},
        "Me": shown(me),
        "AccessLog": shown({"rows": many(shown(opening))}),
        "Found": shown({"rows": many(shown(found)), "more": FLAG}),
    }


_OF_KIND: dict[str, dict[str, Any]] = {
    "amount": {"type": ["integer", "null"]},
    "small": {
        "anyOf": [
            {"type": ["integer", "null"]},
            {"type": "object", "properties": {"below": {"type": "integer"}}, "required": ["below"]},
        ],
        "description": "a count; hidden where it is small, and then only said to be below a number",
    },
    "number": maybe({"type": "string", "description": "a decimal as text"}),
    "day": maybe(DAY),
    "moment": maybe(MOMENT),
    "flag": {"type": ["boolean", "null"]},
    "list": many(TEXT),
    "facts": {"type": ["object", "null"], "description": "what an event keeps, by its kind"},
    "unit": maybe({**TEXT, "description": "code of a unit"}),
    "masked": {"type": "string", "description": "masked"},
}


def row_name(register: type[Register]) -> str:
    """The name of the schema of a register's row."""
    return "".join(part.title() for part in register.name.split("-")) + "Row"


def whole_name(register: type[Register]) -> str:
    """The name of the schema of a row that is asked for by itself."""
    return row_name(register).removesuffix("Row") + "Whole" if register.details else row_name(register)


def register_row(register: type[Register], *, whole: bool = False) -> dict[str, Any]:
    """A row, by itself with its details; members left out by `fields` are absent."""
    details = register.details if whole else []
    kinds = {one.name: _of_column(register, one) for one in (*register.columns, *details)}
    names = [*shown_names(register), *(one.name for one in details)]
    return {"type": "object", "properties": {name: kinds.get(name) or _of_key(register) for name in names}}


def _of_column(register: type[Register], one: Column) -> dict[str, Any]:
    own = OF_BRIEFINGS.get(one.name) if register.name == "briefings" else None
    found = own or _OF_KIND.get(one.kind, {"type": ["string", "integer", "null"]})
    words = [str(one.label), *([found["description"]] if "description" in found else [])]
    return said(found, "; ".join(words))


def _of_key(register: type[Register]) -> dict[str, Any]:
    name = key_of(register) or "pk"
    field = register.model._meta.pk if name == "pk" else register.model._meta.get_field(name)
    kind = UUID if isinstance(field, UUIDField) else {"type": "integer"} if isinstance(field, IntegerField) else TEXT
    return {**kind, "description": "key of the row"}


def page_of(register: type[Register]) -> dict[str, Any]:
    """A page of rows, and the cursor of the next one."""
    return shown({"rows": many(ref(row_name(register))), "next": maybe(TEXT)})
