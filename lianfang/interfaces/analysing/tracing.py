"""Contact tracing as a command (密接追踪指标): a row for each contact with its case's moments, or a case alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from lianfang.domain.analysis import tracing
from lianfang.domain.parsing.dates import parse_moment
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.analysing.attack import NO, YES
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import EMPTY, Table, day_of_text

CASE: Final = ("of_case", "case", "id")
OF_CASE: Final = {
    "onset_at": ("onset", "date_onset"), "sampled_at": ("sampled", "date_sample"),
    "reported_at": ("report", "date_reporting"), "interviewed_at": ("interviewed",),
    "confirmed_at": ("confirmed",), "isolated_at": ("isolated",),
}  # fmt: skip
OF_CONTACT: Final = {
    "elicited_at": ("elicited", "named"), "notified_at": ("notified",), "quarantined_at": ("quarantined",),
    "due_until": ("due_until",),
}  # fmt: skip
SAID_OF_CASE: Final = ("was_contact", "quarantined_at_onset")
SAID_OF_CONTACT: Final = ("completed", "lost", "seen_today", "became_case")
SETTING: Final = ("setting", "kind")
Row = Mapping[str, Any]


class Limits(Params, frozen=True, kw_only=True):
    """`hours` and `complete_hours` of the playbook, and the moment `now`; the latest of the file without it."""

    hours: int = 24
    complete_hours: int = 72
    now: str = ""


def _kpis(table: Table, asked: Limits) -> Found:
    rows = list(_read(table))
    cases = list(_cases(rows))
    found = tracing.kpis(cases, now=_now(rows, asked.now), hours=asked.hours, complete_hours=asked.complete_hours)
    said = [
        {
            "indicator": one.code, "numerator": one.numerator, "denominator": one.denominator, "unknown": one.unknown,
            "percent": one.percent,
        }
        for one in found.indicators.values()
    ]  # fmt: skip
    facts = {
        "cases": len(cases), "contacts_per_case": found.contacts_per_case,
        "delays": [
            {"from": one.stages[0], "to": one.stages[1], "of": one.of, "median": one.median, "p90": one.ninetieth}
            for one in found.delays
        ],
        "attack": [_attack(name, one) for name, one in found.attack.items()],
    }  # fmt: skip
    return Found(said, facts, [_("What is not known is in neither figure: neither in time nor late.")])


def _attack(name: str, one: tracing.Attack) -> dict[str, Any]:
    rate = one.rate
    return {
        "setting": name, "cases": one.cases, "contacts": one.persons, "p": listed(rate.proportion),
        "exact_lo": listed(rate.exact_low), "exact_hi": listed(rate.exact_high),
        "wilson_lo": listed(rate.wilson_low), "wilson_hi": listed(rate.wilson_high),
    }  # fmt: skip


def _read(table: Table) -> Iterator[Row]:
    """Each row with its moments and answers; None for a column that there is not, and for an empty cell."""
    numbers = [row for row, _cells in table.records]
    columns: dict[str, Sequence[Any]] = {"case": table.words(*CASE)}
    for name, spelt in (OF_CASE | OF_CONTACT).items():
        columns[name] = _column(table, numbers, spelt, _moment)
    for name in (*SAID_OF_CASE, *SAID_OF_CONTACT):
        columns[name] = _column(table, numbers, (name,), _answer)
    columns["setting"] = table.words(*SETTING) if table.has(*SETTING) else [""] * len(numbers)
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _column(table: Table, numbers: Sequence[int], spelt: Sequence[str], read: Any) -> list[Any]:
    if not table.has(*spelt):
        return [None] * len(numbers)
    column = table.column(*spelt)
    words = zip(numbers, table.words(column), strict=True)
    return [None if word.casefold() in EMPTY else read(row, column, word) for row, word in words]


def _moment(row: int, column: str, word: str) -> datetime:
    try:
        return parse_moment(word, column, [], zone=UTC, channel="text")
    except Refused:
        pass
    try:
        return datetime.combine(day_of_text(word), time(), UTC)
    except ValueError:
        raise Refused(Problem("date.format", row=row, column=column)) from None


def _answer(row: int, column: str, word: str) -> bool:
    if word.casefold() not in YES | NO:
        raise Refused(Problem("analysis.yes_no", row=row, column=column))
    return word.casefold() in YES


def _cases(rows: Sequence[Row]) -> Iterator[tracing.Case]:
    """A case a name, as its first row says it; whoever was named is a row with the moment of it."""
    by_case: dict[str, list[Row]] = {}
    for row in rows:
        by_case.setdefault(row["case"], []).append(row)
    for first, *others in by_case.values():
        contacts = [
            tracing.Contact(**{name: one[name] for name in (*OF_CONTACT, *SAID_OF_CONTACT, "setting")})
            for one in (first, *others)
            if one["elicited_at"] is not None
        ]
        yield tracing.Case(**{name: first[name] for name in (*OF_CASE, *SAID_OF_CASE)}, contacts=contacts)


def _now(rows: Sequence[Row], given: str) -> datetime:
    if given:
        return _of_setting(given)
    known = [value for row in rows for value in row.values() if isinstance(value, datetime)]
    return max(known, default=datetime.combine(date.min + timedelta(days=1), time(), UTC))


def _of_setting(given: str) -> datetime:
    try:
        return _moment(0, "now", given)
    except Refused as refused:
        raise Refused("analysis.parameter_wrong", "now", why=given[:40]) from refused


METHODS: Final = (
    Method(
        "tracing.kpis", _("How fast and how far contacts were traced; delays; secondary attack rates by setting"),
        "of_case, onset, sampled, report, interviewed, confirmed, isolated, was_contact, elicited, notified,"
        " quarantined, due_until, completed, lost, became_case, setting", _kpis, Limits, {},
        "lianfang analyse tracing.kpis contacts.csv --params '{\"hours\": 24}'",
    ),
)  # fmt: skip
