"""Files sent in (导入): checked whole before anything is written; the answer accounts for every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lianfang.domain.parsing.choices import parse_yes_no
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import parse_count
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.api.endpoint import Call
from lianfang.interfaces.api.listing import find_row, zone_of
from lianfang.interfaces.api.problems import noted, placed
from lianfang.interfaces.api.reach import out_of_reach, unit_within, uuid_of
from lianfang.interfaces.api.requests import read_object, read_query, read_upload
from lianfang.interfaces.exchange import imports
from lianfang.interfaces.exchange.lists import WHAT, Terms, receive_list_file
from lianfang.interfaces.wording import note_sentence
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.files.models import Import
from lianfang.kernel.files.register import Imports
from lianfang.kernel.registers.values import as_json

KINDS = ("units", "people", "reports", "arrivals", "sojourns", "list")
SWITCHES = ("keep_good", "dry_run")
TERMS = ("agreement", "side", "control_total", "day")
"""What a list of cases is sent with."""
COUNTS = ("read", "written", "refused", "held", "blank")


def take_file(call: Call) -> dict[str, Any]:
    """A file of one purpose, or a list of cases; good rows of a bad file are kept only when that is asked for."""
    read_query(call.request, ())
    fields, filename, content = read_upload(call.request)
    what, switches = _what(fields), _switches(fields)
    unit = unit_within(call.actor, fields["unit"]) if fields.get("unit") else None
    if what == WHAT:
        terms, dry_run = _terms(fields), switches.get("dry_run", False)
        kept = receive_list_file(call.actor, terms, filename, content, unit=unit, dry_run=dry_run)
        return shown_import(call.actor, kept)
    kept = imports.receive(
        call.actor, what, filename, content, unit=unit,
        keep_good=switches.get("keep_good", False), dry_run=switches.get("dry_run", False),
    )  # fmt: skip
    return shown_import(call.actor, kept)


def _what(fields: Mapping[str, str]) -> str:
    problems = [Problem("field.unknown", name[:60]) for name in fields if name not in _known(fields)]
    what = fields.get("what", "")
    if what not in KINDS:
        problems.append(Problem("choice.unknown" if what else "required", "what", facts={"choices": KINDS}))
    if problems:
        raise Refused(problems)
    return what


def _known(fields: Mapping[str, str]) -> tuple[str, ...]:
    """What may be given with a file; a list of cases comes under an agreement."""
    return ("what", "unit", *SWITCHES, *(TERMS if fields.get("what") == WHAT else ()))


def _terms(fields: Mapping[str, str]) -> Terms:
    found = Findings()
    given = {name: fields[name] for name in TERMS if fields.get(name)}
    total = (
        found.attempt(lambda: parse_count(given["control_total"], "control_total", [], channel="form"), None)
        if "control_total" in given
        else None
    )
    day = found.attempt(lambda: parse_day(given["day"], "day", []), None) if "day" in given else None
    found.close()
    return Terms(given.get("agreement", ""), given.get("side", "theirs"), total, day)


def _switches(fields: Mapping[str, str]) -> dict[str, bool]:
    given = {name: fields[name] for name in SWITCHES if fields.get(name)}
    return {name: parse_yes_no(text, name, [], channel="form") for name, text in given.items()}


def show_import(call: Call) -> dict[str, Any]:
    """What became of a file, row by row."""
    read_query(call.request, ())
    return shown_import(call.actor, _import(call))


def confirm_import(call: Call) -> dict[str, Any]:
    """Write a file that was checked with `dry_run`."""
    read_query(call.request, ())
    switches = read_object(call.request)
    if extra := [name for name in switches if name != "keep_good"]:
        raise Refused("field.unknown", extra[0][:60])
    keep = parse_yes_no(switches.get("keep_good", False), "keep_good", [], channel="json")
    return shown_import(call.actor, imports.confirm(call.actor, _import(call).pk, keep_good=keep))


def drop_import(call: Call) -> dict[str, Any]:
    """Give a file up; none of its rows is written."""
    read_query(call.request, ())
    return shown_import(call.actor, imports.drop(call.actor, _import(call).pk))


def _import(call: Call) -> Import:
    row = find_row(Imports, call.actor, str(uuid_of(call.actor, call.path["id"])))
    if not isinstance(row, Import):
        raise out_of_reach(call.actor)
    return row


def shown_import(actor: Actor, row: Import) -> dict[str, Any]:
    """`read` = `written` + `refused` + `held` + `blank`, always; `errors` by row and column."""
    return {
        "id": str(row.pk),
        "what": row.what,
        "file": row.filename,
        "stage": row.stage,
        **{name: getattr(row, name) for name in COUNTS},
        "received_at": as_json(row.received_at, zone_of(actor)),
        "errors": [placed(problem) for problem in imports.problems_of(row)],
        "notes": [{**kept, "message": note_sentence(noted(kept))} for kept in row.notes],
    }
