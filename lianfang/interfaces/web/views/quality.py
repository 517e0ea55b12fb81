"""Data quality (数据质量): how complete, timely and credible the reports of a unit and its lower units are."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lianfang.capabilities.quality.register import READERS
from lianfang.capabilities.surveillance.sight import hides
from lianfang.domain.refusals import Refused
from lianfang.domain.report_quality.odd import EXTREME
from lianfang.interfaces.quality.findings import Findings, findings
from lianfang.interfaces.quality.reading import JUDGED_DAYS, Reading, read
from lianfang.interfaces.quality.tables import MOST_FOUND, MOST_UNITS, Tables
from lianfang.interfaces.quality.words import Sight, span, tab, tone
from lianfang.interfaces.web.look import edition_on, rules_on
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, percent
from lianfang.interfaces.web.views.frame import chosen_of, page, past_day_of, signed_in, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.reporting.forms import DAILY

SPANS: Final = (7, 14, 28)
A_DAY: Final = timedelta(days=1)


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The quality of a unit's reports over one, two or four weeks; without a day in the address up to yesterday."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(READERS, unit):
        raise Refused("scope", "unit")
    until = past_day_of(request, unit) if request.GET.get("day") else clock.today(unit.zone) - A_DAY
    spans = {str(n): ngettext("%(n)s day", "%(n)s days", n) % {"n": n} for n in SPANS}
    days = int(chosen_of(request, "days", _("Days"), spans, str(SPANS[-1])))
    policy, form = rules_on(request, until).of(unit), edition_on(request, DAILY, until)
    seen = read(unit, until, days, form=form, policy=policy)
    sight = Sight(form, policy.small_cell if hides(actor, unit) else 0)
    return page(request, "pages/quality.html", {"quality": _content(seen, findings(seen), sight, until)})


def _content(seen: Reading, found: Findings, sight: Sight, until: date) -> dict[str, Any]:
    tables, here = Tables(seen, found, sight), f"/quality/{quote(seen.unit.code)}"
    return {
        "unit": str(seen.unit), "span": span(seen.days), "figures": _figures(seen, found),
        "spans": [
            tab(ngettext("%(n)s day", "%(n)s days", n) % {"n": n},
                f"{here}?{urlencode({'days': n, 'day': until.isoformat()})}", current=n == len(seen.days))
            for n in SPANS
        ],
        "units": tables.units(), "days": tables.days(), "odd": tables.odd(), "copied": tables.copied(),
        "scripts": tables.scripts(), "recounted": tables.recounted(), "steady": tables.steady(),
        "hidden": sight.fewest, "limits": seen.limits, "judged": found.judged, "judged_days": JUDGED_DAYS,
        "more": _more(seen, found), "list_url": f"/list/quality?{urlencode({'unit': seen.unit.code})}",
        "csv_url": f"/api/v1/quality/?{urlencode({'unit': seen.unit.code, 'format': 'csv'})}",
    }  # fmt: skip


def _more(seen: Reading, found: Findings) -> dict[str, int]:
    """How many of each are not in their table: longer than it may be, or odd only moderately."""
    extreme = sum(one.degree == EXTREME for one in found.odd)
    return {
        "units": max(0, len(found.parts) - MOST_UNITS), "odd": max(0, extreme - MOST_FOUND),
        "moderate": len(found.odd) - extreme, "copied": max(0, len(found.copied) - MOST_FOUND),
        "scripts": max(0, len(seen.scripts) - MOST_FOUND),
    }  # fmt: skip


def _figures(seen: Reading, found: Findings) -> list[dict[str, Any]]:
    whole, limits = seen.whole, seen.limits
    owed = partial(tone, least=limits.complete_percent, good=limits.good_percent)
    given, indicator = found.given, limits.indicator_percent
    return [
        _figure(_("Received"), whole.received, whole.expected, owed(whole.received, whole.expected)),
        _figure(_("On time, of expected"), whole.on_time, whole.expected, owed(whole.on_time, whole.expected)),
        _figure(_("On time, of received"), whole.on_time, whole.received, ""),
        _figure(_("Zero reports, of received"), whole.zero, whole.received, ""),
        _figure(_("Figures given"), *given, tone(*given, least=indicator, good=indicator)),
    ]  # fmt: skip


def _figure(label: str, part: int, whole: int, mood: str) -> dict[str, Any]:
    """A figure with what it is a figure of; where nothing was owed it is unknown, never zero."""
    shown = percent(part, whole or None) if part or not whole else "0%"
    value = part if whole else None
    return {"label": label, "value": value, "of": whole, "note": "" if shown == UNKNOWN else shown, "tone": mood}
