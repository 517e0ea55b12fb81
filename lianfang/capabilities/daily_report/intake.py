"""One door for unit reports (日报入口): page, API and file hand a raw mapping in and get a receipt back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from lianfang.capabilities.daily_report.actions import sign_report
from lianfang.domain.answers import EARLIEST_DAY
from lianfang.domain.counts import CountItem, parse_counts
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.text import clean_text, one_line
from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.addressing import unit_named
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.forms import DAILY, Edition, form_on, hazard_forms
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.receipts import claim, complete, digest
from lianfang.kernel.reporting.reports import current_report, prefilled

ENVELOPE = {"key", "unit", "day", "form", "form_version", "nothing_to_report", "remark", "reason", "counts"}

SHORTEST_KEY, LONGEST_KEY = 8, 200  # characters


@dataclass(frozen=True, slots=True)
class Figures:
    """A report that was understood and may be signed."""

    unit: Unit
    day: date
    form: Edition
    values: dict[str, Any]
    nothing: bool
    remark: str
    reason: str
    notes: list[Note]
    sent: dict[str, Any]  # without what the units below have said already, which may change between two sendings


def understand(by: Actor, raw: Mapping[str, Any], *, channel: str) -> Figures:
    """Parse a raw unit report without writing anything. Raises `Refused` with every problem found."""
    if not isinstance(raw, Mapping):
        raise Refused("type")
    notes: list[Note] = []
    unit = _unit(by, raw)
    day = _day(unit, raw, notes)
    form = form_on(_form(raw), day)
    nothing = _nothing(raw)
    counts = _counts(raw)
    values, said = parse_counts(
        counts, _asked(form, nothing), policy=policy_of(unit, on=day), yesterday=yesterday_of(unit, form, day),
        nothing_to_report=nothing, channel=channel,
    )  # fmt: skip
    known = prefilled(unit, form, day) if nothing else {}
    _check_nothing(form, known)
    text = {
        name: clean_text(raw.get(name), name, max_length=limit, notes=notes)
        for name, limit in (("remark", 500), ("reason", 200))
    }
    return Figures(unit, day, form, {**known, **values}, nothing, text["remark"], text["reason"], notes + said, values)


def _check_nothing(form: Edition, known: Mapping[str, Any]) -> None:
    """What the records already say cannot be signed away by a zero report."""
    found = [item.code for item in form.items if item.zero_means_none and known.get(item.code)]
    if found:
        raise Refused([Problem("cross.zero_report", code) for code in found])


def _unit(by: Actor, raw: Mapping[str, Any]) -> Unit:
    """The unit named, or the only one the sender reports for."""
    if raw.get("unit"):
        return unit_named(by, raw["unit"])
    held = {post.unit.pk: post.unit for post in by.posts if post.unit.reports}
    if len(held) != 1:
        raise Refused("required", "unit")
    return next(iter(held.values()))


def _day(unit: Unit, raw: Mapping[str, Any], notes: list[Note]) -> date:
    if not raw.get("day"):
        return clock.today(unit.zone)
    day = parse_day(raw["day"], "day", notes)
    if day < EARLIEST_DAY:
        raise Refused("date.out_of_window", "day", low=EARLIEST_DAY.isoformat())
    return day


def _form(raw: Mapping[str, Any]) -> str:
    return one_line(raw.get("form"), "form") or DAILY


def _nothing(raw: Mapping[str, Any]) -> bool:
    nothing = raw.get("nothing_to_report", False)
    if not isinstance(nothing, bool):
        raise Refused("type", "nothing_to_report", expected="true or false")
    return nothing


def _counts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The figures, given beside the envelope or together as `counts`."""
    inner = raw.get("counts", {})
    if not isinstance(inner, Mapping):
        raise Refused("type", "counts")
    return {**{k: v for k, v in raw.items() if k not in ENVELOPE}, **inner}


def _asked(form: Edition, nothing: bool) -> Sequence[CountItem]:
    # A zero report states that there is nothing; how many people there are is already known from the roster.
    return [replace(item, required=False) for item in form.items] if nothing else form.items


def yesterday_of(unit: Unit, form: Edition, day: date) -> dict[str, int] | None:
    """Yesterday's figures, against which today's are looked at."""
    before = current_report(unit, form.code, day - timedelta(days=1))
    return None if before is None else {k: v for k, v in before.values.items() if isinstance(v, int)}


@transaction.atomic
def receive_report(by: Actor, raw: Mapping[str, Any], *, channel: str, mode: str = "") -> dict[str, Any]:
    """Take one unit report and acknowledge it: `{"receipt", "key", "hash", "received_at", "state", …}`."""
    figures = understand(by, raw, channel=channel)
    content = [
        figures.unit.code,
        figures.day,
        figures.form.code,
        figures.sent,
        figures.nothing,
        figures.remark,
        figures.reason,
    ]
    key = raw.get("key") or f"report-{digest([*content, by.account_id, _sent_back(figures)])[:32]}"
    _check_key(key)
    receipt, new = claim(by, key, content, kind="unit_report", unit=figures.unit)
    if not new:
        return dict(receipt.answer)
    report = sign(by, figures, mode=mode or ("api" if by.machine else "proxy"))
    answer = complete(
        receipt, state="late" if not report.on_time else "on_time", notes=[_said(n) for n in figures.notes]
    )
    return {**answer, "report": {"revision": report.revision, "receipt": str(report.receipt), "hash": report.hash}}


def _sent_back(figures: Figures) -> int:
    """The revision that was sent back, so that the same figures may be signed again without a key; 0 for none."""
    standing = current_report(figures.unit, figures.form.code, figures.day)
    return standing.revision if standing is not None and standing.returned_at is not None else 0


def _check_key(key: object) -> None:
    fits = isinstance(key, str) and SHORTEST_KEY <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
    if not fits:
        raise Refused("key.format", "key", low=SHORTEST_KEY, high=LONGEST_KEY)


def sign(by: Actor, figures: Figures, *, mode: str) -> UnitReport:
    """Sign what was understood."""
    signed: UnitReport = sign_report(
        by, unit=figures.unit, day=figures.day, form=figures.form.code, values=figures.values,
        nothing_to_report=figures.nothing, remark=figures.remark, reason=figures.reason, mode=mode,
    )  # fmt: skip
    return signed


@transaction.atomic
def receive_bulletin(by: Actor, raw: Mapping[str, Any], *, channel: str) -> list[dict[str, Any]]:
    """The daily all-well bulletin (日报平安): one entry, one signed line a hazard; all of them or none.

    `raw` holds `unit`, `day`, `remark` and, under each hazard's form code, its body. A line whose content is what
    stands already is not signed again, so changing one line never reopens another.
    """
    shared = {name: raw[name] for name in ("unit", "day", "remark", "reason") if raw.get(name)}
    unit = unit_named(by, raw.get("unit"))
    day = parse_day(raw["day"], "day", []) if raw.get("day") else clock.today(unit.zone)
    lines = [form for form in hazard_forms(day) if form.code in raw]
    if not lines:
        raise Refused(Problem("required", "hazards"))
    return [_line(by, {**shared, **raw[form.code], "form": form.code}, unit, day, channel) for form in lines]


def _line(by: Actor, raw: dict[str, Any], unit: Unit, day: date, channel: str) -> dict[str, Any]:
    figures = understand(by, raw, channel=channel)
    standing = current_report(unit, figures.form.code, day)
    unchanged = standing is not None and standing.returned_at is None and standing.values == figures.values
    report = standing if unchanged and standing else sign(by, figures, mode="proxy")
    return {"form": report.form, "revision": report.revision, "receipt": str(report.receipt), "hash": report.hash}


def _said(note: Note) -> dict[str, Any]:
    return {
        "code": note.code,
        "field": note.field,
        "warning": note.warning,
        "kept": None if note.kept is None else str(note.kept),
    }
