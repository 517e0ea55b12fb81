"""Totals of a run (总量核对): sums of both sides unit by unit, going down the tree to the days that differ."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.verification.actions import drill_down, items_under
from lianfang.capabilities.verification.fields import OURS
from lianfang.capabilities.verification.models import Item, Run
from lianfang.capabilities.verification.totals import Place
from lianfang.interfaces.titles import labelled
from lianfang.interfaces.web.templatetags.formats import change
from lianfang.interfaces.web.views.frame import page, signed_in, unit_of
from lianfang.interfaces.web.views.tables import Head, chip, day, detail, link, number, plain_table, row, text
from lianfang.interfaces.web.views.verification_pairs import chip_of
from lianfang.interfaces.web.views.verification_queues import Chosen
from lianfang.interfaces.web.views.verification_runs import run_named
from lianfang.interfaces.web.views.verification_sides import Reader, reader_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit

MOST_DAYS = 100  # differences that a page lists; the workbench has them all


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID, run: int, code: str) -> HttpResponse:
    """A unit in a run of totals: the units under it with both sides' sums, and the days that differ."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    found, unit = run_named(reader, run), unit_of(actor, code)
    if found.kind != "totals" or not reader.agreement.unit.covers(unit):
        raise Http404
    back = f"/verification/{number}/runs/{run}"
    sections = [_sums(reader, found, unit, item) for item in reader.agreement.items_counted]
    days = _days(reader, found, unit) if reader.sees_people else None
    context = {
        **detail(str(unit), f"{reader.name_of(reader.left)} ⇄ {reader.name_of(reader.right)}", []),
        "sections": [one for one in (*sections, days) if one],
        "actions": [link(_("Workbench"), Chosen(place=code).url(reader), "compare")] if reader.sees_people else [],
        "back": {"label": _back_word(reader, found, unit), "url": _above(reader, back, unit)},
        "empty": {"kind": "good", "title": str(_("Nothing differs here")), "detail": "", "actions": []},
    }  # fmt: skip
    if context["sections"]:
        del context["empty"]
    return page(request, "pages/detail.html", {"detail": context})


def _above(reader: Reader, back: str, unit: Unit) -> str:
    """One step up the tree, from the top of our side back to the run."""
    above = unit.parent
    return f"{back}/units/{above.code}" if above and reader.agreement.unit.covers(above) else back


def _back_word(reader: Reader, run: Run, unit: Unit) -> str:
    above = unit.parent
    if above and reader.agreement.unit.covers(above):
        return str(above)
    return str(_("Run {number}")).format(number=run.number)


def _sums(reader: Reader, run: Run, unit: Unit, item: str) -> dict[str, Any] | None:
    places = drill_down(run, unit, item)
    if not places:
        return None
    heads = [
        Head(_("Unit")), *_sides(reader), Head(_("Difference"), numeric=True),
        Head(_("Days that differ"), numeric=True), Head(_("Missing"), numeric=True, priority=2), Head(_("Progress")),
    ]  # fmt: skip
    rows = [_place(reader, run, one) for one in sorted(places, key=_worst_first)]
    title = reader.field_word(item)
    return {"title": title, "table": plain_table(title, heads, rows)}


def _sides(reader: Reader) -> list[Head]:
    return [Head(reader.name_of(side), numeric=True) for side in (reader.left, reader.right)]


def _worst_first(place: Place) -> tuple[int, str]:
    return (-(place.differing + place.missing_ours + place.missing_theirs), place.unit.code)


def _place(reader: Reader, run: Run, place: Place) -> dict[str, Any]:
    ours, theirs = _given(place.ours, place.missing_ours, place), _given(place.theirs, place.missing_theirs, place)
    left, right = (ours, theirs) if reader.left == OURS else (theirs, ours)
    apart = None if left is None or right is None else left - right
    url = f"/verification/{reader.agreement.pk}/runs/{run.number}/units/{place.unit.code}"
    cells = [
        text(str(place.unit), url), number(left), number(right), text(change(apart)), number(place.differing),
        number(place.missing_ours + place.missing_theirs), _state(place),
    ]  # fmt: skip
    return row(place.unit.code, cells)


def _given(total: int, missing: int, place: Place) -> int | None:
    """A sum of which nothing was given is unknown, not zero."""
    return None if missing == place.cells else total


def _state(place: Place) -> dict[str, Any]:
    if place.is_offset:
        return chip("warn", str(_("Equal only by chance")))
    if place.missing_ours or place.missing_theirs:
        return chip("bad", str(_("Missing")))
    return chip("warn", str(_("Differs"))) if place.differing else chip("ok", str(_("Agree")))


def _days(reader: Reader, run: Run, unit: Unit) -> dict[str, Any] | None:
    items = items_under(run, unit)[:MOST_DAYS]
    if not items:
        return None
    heads = [
        Head(_("Number")), Head(_("Day")), Head(_("Unit"), priority=2), Head(_("Item"), priority=2),
        *_sides(reader), Head(_("Progress")),
    ]  # fmt: skip
    title = labelled(str(_("Differences")), str(unit))
    return {"title": title, "table": plain_table(title, heads, [_day(reader, one) for one in items])}


def _day(reader: Reader, item: Item) -> dict[str, Any]:
    one = item.fields[0] if item.fields else {}
    shown = chip_of(reader, item)
    cells = [
        text(item.shown_number, Chosen(item=str(item.pk)).url(reader)), day(item.day), text(str(item.place or "")),
        text(reader.field_word(one["field"]) if one else ""), number(_figure(one, reader.left)),
        number(_figure(one, reader.right)), chip(shown["state"], shown["word"]),
    ]  # fmt: skip
    return row(str(item.pk), cells)


def _figure(one: dict[str, Any], side: str) -> int | None:
    """A figure as it was given; missing is no zero."""
    given = one.get(side)
    return int(given) if given is not None else None
