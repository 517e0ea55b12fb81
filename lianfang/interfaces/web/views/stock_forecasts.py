"""Three forecasts side by side in words and bars (三种测算): until when, on what assumptions, which is ordered by."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.domain.stock.forecast import BURN, NO_PLAN, NO_USE, PLAN, PRESENT, TOO_FEW_DAYS, Forecast, Outlook
from lianfang.domain.stock.quantity import plain
from lianfang.interfaces.web.templatetags.formats import day as day_words
from lianfang.kernel.ledgers.models import Item

SHOWN_DAYS = 45  # of a bar at most; what lasts longer runs off its end
LEAST_DAYS = 14
SEPARATED_FROM = 10_000


def grouped(amount: Decimal) -> str:
    """An amount with thousands separators from ten thousand, and no zeros that say nothing."""
    text = plain(amount)
    whole, _dot, part = text.partition(".")
    return (f"{int(whole):,}" if abs(amount) >= SEPARATED_FROM else whole) + (f".{part}" if part else "")


def card_of_outlook(item: Item, found: Outlook) -> dict[str, Any]:
    """What the card of an item shows of its forecasts."""
    measure, span = str(item.get_measure_display()), _span(found)
    drives = found.drives
    return {
        "warns": found.warns, "warn_days": found.warn_days, "short": grouped(drives.short) if drives.short else "",
        "warn_share": round(100 * found.warn_days / span, 1), "from": drives.on, "to": drives.on + timedelta(days=span),
        "forecasts": [_one(one, found, measure, span) for one in found.all], "drives": _title(drives.basis),
        "why": _why(drives),
    }  # fmt: skip


def _span(found: Outlook) -> int:
    """How many days the bars show: to the last day any of the three speaks of."""
    days = [(one.runs_out_on - one.on).days for one in found.all if one.runs_out_on]
    ends = [(one.by_day[-1].day - one.on).days for one in found.all if one.basis != BURN and one.by_day]
    return min(max([LEAST_DAYS, found.warn_days + 1, *days, *ends]), SHOWN_DAYS)


def _one(one: Forecast, found: Outlook, measure: str, span: int) -> dict[str, Any]:
    out, days = one.runs_out_on, None if one.runs_out_on is None else (one.runs_out_on - one.on).days
    return {
        "title": _title(one.basis), "drives": one is found.drives, "unknown": _unknown(one), "out": out,
        "headline": _headline(one), "state": _state(one, found), "after": _after(one, measure),
        "assumptions": _assumptions(one, measure), "order": _order(one, found, measure),
        "share": 100 if days is None else round(100 * min(days, span) / span, 1), "days": days,
    }  # fmt: skip


def _title(basis: str) -> str:
    return {BURN: _("By use so far"), PRESENT: _("Guests here now"), PLAN: _("Guests here and arrivals planned")}[basis]


def _state(one: Forecast, found: Outlook) -> str:
    if one.unknown:
        return "wait"
    if one.lasts:
        return "ok"
    return "bad" if one.warns(found.warn_days) else "warn"


def _headline(one: Forecast) -> str:
    if one.unknown:
        return "—"
    return _("never") if one.runs_out_on is None else day_words(one.runs_out_on, "short")


def _unknown(one: Forecast) -> str:
    words = {
        TOO_FEW_DAYS: _("Not known: fewer than {n} days in a row on record.").format(n=one.assumptions.get("least", 2)),
        NO_PLAN: _("Not known: nothing is planned for this item."),
        NO_USE: _("Not known: nothing was used on these days."),
    }
    return words.get(one.unknown, "")


def _after(one: Forecast, measure: str) -> str:
    """What remains in the end, or what is lacking, or how many days that is."""
    if one.unknown:
        return ""
    if one.basis == BURN:
        return _supply(one)
    if one.short:
        return _("{n} {measure} short in the end").format(n=grouped(one.short), measure=measure)
    return (
        _("{n} {measure} left in the end").format(n=grouped(one.left), measure=measure) if one.left is not None else ""
    )


def _supply(one: Forecast) -> str:
    """Whole days, and from which day they count: together they are the date above, which a part of a day is not."""
    if one.runs_out_on is None:
        return ""
    days = (one.runs_out_on - one.on).days
    said = ngettext("{days} whole day of supply after {day}", "{days} whole days of supply after {day}", days)
    return said.format(days=days, day=day_words(one.on, "short"))


def _assumptions(one: Forecast, measure: str) -> list[str]:
    """Each assumption as a sentence of its own."""
    if one.basis == BURN:
        return _of_rate(one, measure)
    if one.unknown:
        return []
    known = one.assumptions
    lines = [ngettext("{n} guest here now", "{n} guests here now", known["guests"]).format(n=known["guests"])]
    if one.basis == PLAN:
        more = ngettext("{n} more in {batches} batch", "{n} more in {batches} batches", known["batches"])
        lines.append(more.format(n=known["awaited"], batches=known["batches"]))
    lines.append(_("until the last leaves on {day}").format(day=_short(known["until"])))
    lines.append(
        _("{n} {measure} needed").format(n=grouped(one.needed), measure=measure) if one.needed is not None else ""
    )
    return [line for line in lines if line]


def _of_rate(one: Forecast, measure: str) -> list[str]:
    days, rate = one.assumptions.get("days", []), one.assumptions.get("rate")
    if not days or rate is None:
        return []
    return [
        _("{rate} {measure} a day").format(rate=rate, measure=measure),
        _("mean of {n} days, {first} to {last}").format(n=len(days), first=_short(days[0]), last=_short(days[-1])),
        _("as if every day went on like these"),
    ]


def _short(day: str) -> str:
    return day_words(date.fromisoformat(day), "short") if day else "—"


def _order(one: Forecast, found: Outlook, measure: str) -> str:
    """What somebody who believed this forecast would order."""
    if one.unknown or one is found.drives or not one.short:
        return ""
    ahead = one.assumptions.get("days_ahead")
    if one.basis == BURN and ahead:
        return _("Whoever ordered by it for {days} days would buy {n} {measure}.").format(
            days=ahead, n=grouped(one.short), measure=measure
        )
    return _("Whoever ordered by it would buy {n} {measure}.").format(n=grouped(one.short), measure=measure)


def _why(drives: Forecast) -> str:
    return {
        PLAN: _("The order follows the plan: it knows who leaves and who comes."),
        PRESENT: _("The order follows the guests here now: no arrivals are planned."),
        BURN: _("The order follows the use so far: nothing is planned for this item."),
    }[drives.basis]
