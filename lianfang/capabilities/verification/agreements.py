"""What may be done with exchange agreements (交换协议): make one, end one; and which side somebody acts for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from django.db.models import Max

from lianfang.capabilities.verification.fields import IDENTIFIES, NAMING, OURS, SIDES, THEIRS
from lianfang.capabilities.verification.models import FREQUENCIES, Agreement
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import clean_text, folded, squeezed
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.shapes import Entry, Member, among, said

DATA_OFFICERS: Final = (Role.ADMINISTRATOR, Role.OFFICER, Role.DUTY_OFFICER)
"""Who acts for our side as data officer (数据专员)."""
BOTH_SIDES: Final = (*DATA_OFFICERS, Role.LIAISON)
PLACED: Final = frozenset({"unit", "day"})
_PERCENT: Final = 100
MOST_FIELDS: Final = 60
HEADING_LENGTH: Final = 60
_NAME = re.compile(r"[a-z][a-z0-9_]{1,38}")
FIELD: Final = Entry(
    {
        "name": Member(str, "onset", owed=True, more={"pattern": f"^{_NAME.pattern}$"}),
        "columns": Member(Sequence[str], ["发病日期"], more={"items": {"type": "string", "maxLength": HEADING_LENGTH}}),
        "precedence": Member(str, OURS, more=among(("", *SIDES)) | said("whose value is proposed; empty: nobody's")),
        "compare": Member(bool, True, more=said("whether a difference counts")),
        "tolerance": Member(int, 10, more={"maximum": _PERCENT - 1, "description": "%, of numbers"}),
    }
)
MEMBERS: Final = tuple(FIELD.members)
ToldField = Annotated[Mapping[str, Any], FIELD]
_SIGNS = re.compile(r"[\s_\-*:.#/、。()\[\]【】]+")


@action("agreement.made", by=DATA_OFFICERS, over="unit", facts=("unit", "counterpart", "basis", "frequency"))
def make_agreement(
    by: Actor, *, unit: Unit, counterpart: str, purpose: str, basis: str, fields: Sequence[ToldField],
    frequency: str, delay_days: int = 0, totals_required: bool = True, theirs: Unit | None = None,
    counterpart_en: str = "", since: date | None = None, until: date | None = None,
) -> Agreement:  # fmt: skip
    """Agree with another authority which fields of which cases are exchanged, why, and how often.

    `theirs` is the other side's unit where it works in this system; without one its answers come by file or letter.
    """
    if frequency not in dict(FREQUENCIES):
        raise Refused("choice.unknown", "frequency", choices=tuple(dict(FREQUENCIES)))
    if theirs is not None and (theirs.pk == unit.pk or unit.covers(theirs) or theirs.covers(unit)):
        raise Refused("flow.condition", "theirs")
    return store(
        Agreement(
            unit=unit, theirs=theirs, number=_next_number(), counterpart=counterpart, counterpart_en=counterpart_en,
            purpose=purpose, basis=basis, fields=read_fields(fields), frequency=frequency, delay_days=delay_days,
            totals_required=totals_required, since=since or clock.today(unit.zone), until=until, made_by=by.name[:60],
        )
    )  # fmt: skip


@action("agreement.ended", by=DATA_OFFICERS, over="agreement", facts=("agreement", "reason"))
def end_agreement(by: Actor, *, agreement: Agreement, reason: str) -> Agreement:
    """Exchange nothing more under an agreement from tomorrow on; what was exchanged stays on record."""
    today = clock.today(agreement.unit.zone)
    if not reason.strip():
        raise Refused("required", "reason")
    if agreement.until is not None and agreement.until <= today:
        raise Refused("flow.condition", "agreement")
    agreement.until = max(today, agreement.since)
    return store(agreement)


def side_of(by: Actor, agreement: Agreement, unit: Unit) -> str:
    """For which side somebody acts with this unit. Refused: `scope` when it is of neither.

    A liaison acts for the other side only, also where the role was given over our unit by mistake.
    """
    if unit.pk == agreement.unit_id and by.holds(DATA_OFFICERS, unit):
        return OURS
    if unit.pk == agreement.theirs_id:
        return THEIRS
    raise Refused("scope", "unit")


def check_in_force(agreement: Agreement, day: date) -> None:
    """Refused `agreement.not_in_force` when nothing may be exchanged on that day."""
    if day < agreement.since or (agreement.until is not None and day > agreement.until):
        raise Refused("agreement.not_in_force", "agreement")


def read_fields(raw: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The agreed fields as they are kept; refused with the place of every problem."""
    if not 1 <= len(raw) <= MOST_FIELDS:
        raise Refused("limit" if raw else "required", "fields", high=MOST_FIELDS)
    found = Findings()
    read = [_field(dict(one), n, found) for n, one in enumerate(raw)]
    names = [one["name"] for one in read]
    headings = [(n, as_compared(head)) for n, one in enumerate(read) for head in {one["name"], *one["columns"]}]
    found.problems += _twice([(n, name) for n, name in enumerate(names)]) or _twice(headings)
    if not set(names) & set(IDENTIFIES) and not set(names) > PLACED:
        found.problem("agreement.names_nobody", "fields")
    found.close()
    return read


def _field(raw: dict[str, Any], n: int, found: Findings) -> dict[str, Any]:
    found.problems += [Problem("field.unknown", f"fields[{n}].{name}"[:60]) for name in raw if name not in MEMBERS]
    name, columns, precedence = raw.get("name"), raw.get("columns") or (), raw.get("precedence") or ""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        found.problem("form.code", f"fields[{n}].name")
        name = ""
    if not isinstance(columns, list | tuple):
        found.problem("type", f"fields[{n}].columns", expected="list")
        columns = ()
    if precedence and precedence not in SIDES:
        found.problem("choice.unknown", f"fields[{n}].precedence", choices=SIDES)
    compare = raw.get("compare", name not in NAMING)
    if not isinstance(compare, bool):
        found.problem("type", f"fields[{n}].compare", expected="boolean")
    tolerance = raw.get("tolerance", 0)
    if not isinstance(tolerance, int) or isinstance(tolerance, bool) or not 0 <= tolerance < _PERCENT:
        found.problem("number.out_of_range", f"fields[{n}].tolerance", low=0, high=_PERCENT - 1)
        tolerance = 0
    heads = [_heading(one, f"fields[{n}].columns[{m}]", found) for m, one in enumerate(columns)]
    return {"name": name, "columns": heads, "precedence": str(precedence), "compare": bool(compare)} | (
        {"tolerance": tolerance} if tolerance else {}
    )


def _heading(raw: Any, place: str, found: Findings) -> str:
    read = found.attempt(lambda: clean_text(raw, place, max_length=HEADING_LENGTH, notes=[], required=True), "")
    return str(read or "")


def _twice(placed: Iterable[tuple[int, str]]) -> list[Problem]:
    seen: dict[str, int] = {}
    return [
        Problem("choice.duplicate", f"fields[{n}]")
        for n, word in placed
        if word and seen.setdefault(word, n) != n
    ]  # fmt: skip


def as_compared(heading: str) -> str:
    """A heading without case, width, blanks and signs, by which headings are compared."""
    return _SIGNS.sub("", squeezed(folded(heading))).casefold()


def fields_by_column(agreement: Agreement, headings: Sequence[str], meant: Sequence[str | None] = ()) -> list[str]:
    """The agreed field of each heading. Refused `agreement.outside` with every column that is not agreed upon.

    `meant` says of each heading which field such a one usually means: it counts for agreed fields that no heading of
    the agreement names. A heading of "" stands for a column without one. Refused too: `header.duplicate`.
    """
    known = {as_compared(head): one["name"] for one in agreement.fields for head in (one["name"], *one["columns"])}
    found = [known.get(as_compared(heading), "") for heading in headings]
    for n, name in enumerate(meant):
        if not found[n] and name in agreement.names and name not in found:
            found[n] = name
    pairs = zip(headings, found, strict=True)
    outside = [Problem("agreement.outside", column=head or "—") for head, name in pairs if not name]
    problems = outside or [
        Problem("header.duplicate", column=headings[n], facts={"other": headings[found.index(name)]})
        for n, name in enumerate(found)
        if name in found[:n]
    ]
    if problems:
        raise Refused(problems)
    return found


def _next_number() -> int:
    with within(EVERYTHING):
        return (Agreement.objects.aggregate(most=Max("number"))["most"] or 0) + 1
