"""Illness by unit and day (症状监测): counts as table and picture, by syndrome, with alarms; lower units as a strip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from lianfang.capabilities.surveillance.actions import KEEPERS
from lianfang.capabilities.surveillance.models import DetectionSetting
from lianfang.capabilities.surveillance.reading import ByDay, Watched, watched
from lianfang.capabilities.surveillance.sight import hides
from lianfang.capabilities.surveillance.syndromes import codes, words
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import EVERYONE
from lianfang.domain.small import Below, Small
from lianfang.domain.wall import running_mean
from lianfang.interfaces.charts import Bars, Chart, Line, on_page
from lianfang.interfaces.web.templatetags.formats import amount, plain
from lianfang.interfaces.web.views.frame import chosen_of, page, past_day_of, signed_in, unit_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit

SPANS: Final = (28, 60)
STRIP_DAYS: Final = 14
MOST_ROWS: Final = 60  # of the strip; the others are a list away
WEEK: Final = 7
STEPS: Final = 4


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """A unit's counts of one syndrome over four weeks or sixty days."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = watched_unit(actor, code)
    until = past_day_of(request, unit)
    spans = {str(n): f"{n} {_days()}" for n in SPANS}
    span = int(chosen_of(request, "days", _("Days"), spans, str(SPANS[0])))
    offered = {one: words(one) for one in codes()}
    syndrome = chosen_of(request, "show", _("What is counted"), offered, codes()[0])
    found = watched(unit, until=until, days=span)
    content = _content(found, syndrome, hidden=hides(actor, unit), may=actor.holds(KEEPERS, unit))
    return page(request, "pages/surveillance.html", {"watch": content})


def watched_unit(actor: Actor, code: str) -> Unit:
    """The unit in the address, for whoever reads its figures; anybody else does not find it."""
    unit = unit_of(actor, code)
    if not actor.system and not actor.holds(EVERYONE, unit):
        raise Refused("scope", "unit")
    return unit


def _content(found: Watched, syndrome: str, *, hidden: bool, may: bool) -> dict[str, Any]:
    here, days = f"/surveillance/{found.unit.code}", len(found.days)
    shown = [found.count(found.own, day, syndrome, hidden=hidden) for day in found.days]
    return {
        "unit": str(found.unit), "syndrome": words(syndrome), "hidden": hidden,
        "spans": [_tab(f"{n} {_days()}", _at(here, n, syndrome, found), n == days) for n in SPANS],
        "syndromes": [_tab(words(one), _at(here, days, one, found), one == syndrome) for one in codes()],
        "today": _said(shown[-1]), "week": _week(shown), "picture": mark_safe(_picture(found, shown, syndrome)),  # noqa: S308
        "heads": [words(one) for one in codes()], "rows": [_row(found, day, hidden=hidden) for day in found.days[::-1]],
        "strip": _strip(found, syndrome, hidden=hidden), "settings_url": f"{here}/settings" if may else "",
        "list_url": f"/list/syndromes?{urlencode({'unit': found.unit.code})}", "on": _on(found.unit),
        "csv_url": f"/api/v1/syndromes/?{urlencode({'unit': found.unit.code, 'format': 'csv'})}",
    }  # fmt: skip


def _days() -> str:
    return pgettext("after a number", "days")


def _tab(label: str, url: str, current: bool) -> dict[str, Any]:
    return {"label": label, "url": url, "count": None, "current": current}


def _at(here: str, days: int, syndrome: str, found: Watched) -> str:
    return f"{here}?{urlencode({'days': days, 'show': syndrome, 'day': found.days[-1].isoformat()})}"


def _on(unit: Unit) -> int:
    return DetectionSetting.objects.filter(unit=unit, state="on").count()


def _said(one: Small) -> str:
    """`12 / 4,479`, `0 / 4,479`, `<5 / 4,479`, `—`: a count is never without what it is a count of."""
    whole = "" if one.denominator is None else f" / {plain(one.denominator)}"
    return f"{_number(one)}{whole}" if one.count is not None else str(amount(None))


def _number(one: Small) -> str:
    return str(amount({"below": one.shown.below} if isinstance(one.shown, Below) else one.shown))


def _week(shown: Sequence[Small]) -> dict[str, str]:
    """The sum of the last seven days; where one of them is hidden or unknown, why there is none."""
    last = shown[-WEEK:]
    hidden, unknown = sum(one.suppressed for one in last), sum(one.count is None for one in last)
    if not hidden and not unknown:
        return {"text": str(amount(sum(one.count or 0 for one in last))), "why": ""}
    none, kept = "", ""
    if unknown:
        none = _("nobody answered on %(n)s of the days")
    if hidden:
        kept = ngettext("the count of %(n)s day is hidden", "the counts of %(n)s days are hidden", hidden)
    why = [text % {"n": n} for text, n in ((none, unknown), (kept, hidden)) if n]
    return {"text": str(amount(None)), "why": _("not reckoned: {why}").format(why=_(", ").join(why))}


def _picture(found: Watched, shown: Sequence[Small], syndrome: str) -> str:
    open_ = [None if one.suppressed or one.count is None else float(one.count) for one in shown]
    flags = [found.alarmed(found.unit, day, syndrome) for day in found.days]
    bars = [Bars(str(_("people ill")), open_, "main", flags)]
    if any(one.suppressed for one in shown):
        low = [float(one.bound or one.fewest) - 1 if one.suppressed else None for one in shown]
        bars.append(Bars(str(_("hidden, at most")), low, "grey"))
    mean = Line(str(_("mean of seven days")), running_mean(open_), "second", dashed=True)
    alarms = sum(flags)
    said = ngettext("%(n)s day with an alarm", "%(n)s days with an alarm", alarms) % {"n": alarms}
    title = f"{words(syndrome)}, {found.unit}"
    return on_page(Chart(title, found.days, bars, lines=[mean], unit=str(_("people")), description=f"{title}. {said}."))


def _row(found: Watched, day: date, *, hidden: bool) -> dict[str, Any]:
    row = found.own.get(day)
    cells = [
        {
            "label": words(one), "text": _said(found.count(found.own, day, one, hidden=hidden)),
            "alarm": found.alarmed(found.unit, day, one),
        }
        for one in codes()
    ]  # fmt: skip
    return {"day": day, "expected": row.expected if row else None, "answered": row.answered if row else None,
            "cells": cells}  # fmt: skip


def _strip(found: Watched, syndrome: str, *, hidden: bool) -> dict[str, Any]:
    """The units right below as numbers and shades: those with most ill in the last week first, by what is shown."""
    days = found.days[-STRIP_DAYS:]
    week = days[-WEEK:]
    ill = sorted(
        found.lower,
        key=lambda one: (-sum(_shade(found.count(one[1], day, syndrome, hidden=hidden)) for day in week), one[0].code),
    )
    rows: list[dict[str, Any]] = [
        {
            "name": str(unit), "url": f"/surveillance/{unit.code}",
            "cells": [_cell(found, unit, rows, day, syndrome, hidden=hidden) for day in days],
        }
        for unit, rows in ill[:MOST_ROWS]
    ]  # fmt: skip
    most = max((cell["count"] for row in rows for cell in row["cells"]), default=0)
    for row in rows:
        for cell in row["cells"]:
            cell["step"] = 1 + STEPS * cell["count"] // (most + 1) if cell["count"] else 0
    return {"days": days, "rows": rows, "more": max(0, len(found.lower) - MOST_ROWS)}


def _cell(found: Watched, unit: Unit, rows: ByDay, day: date, syndrome: str, *, hidden: bool) -> dict[str, Any]:
    one = found.count(rows, day, syndrome, hidden=hidden)
    shade: Mapping[str, Any] = {"count": 0 if one.count is None else _shade(one)}
    return {**shade, "text": _number(one), "title": _said(one), "known": one.count is not None,
            "alarm": found.alarmed(unit, day, syndrome)}  # fmt: skip


def _shade(one: Small) -> int:
    """What a shade may tell: of a hidden count just that it is hidden."""
    return 1 if one.suppressed else one.count or 0
