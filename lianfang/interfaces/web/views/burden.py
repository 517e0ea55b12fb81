"""What forms cost, and what is held already (负担、数据字典), of a unit and everything under it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianfang.capabilities.burden.figures import CLASS_CHECK, PROXY, SELF, Burden, Load, burden, planned
from lianfang.capabilities.burden.holdings import Holding, holdings
from lianfang.capabilities.burden.models import RegisteredForm
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import page, past_day_of, signed_in, unit_of
from lianfang.interfaces.web.views.tables import Head, chip, day, detail, number, plain_table, row, text
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.kinds import KINDS
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import form_on


def _held_unit(request: HttpRequest, code: str) -> Unit:
    """The unit in the address, if the actor holds a duty over it; a member's own class is not one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not any(post.unit.covers(unit) for post in actor.posts):
        raise Refused("scope", "unit")
    return unit


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """A week of entries: minutes a person, forms a unit, per level and per form, beside the targets."""
    unit = _held_unit(request, code)
    until = past_day_of(request, unit)
    found = burden(unit, until)
    context = {
        "burden": {
            "title": str(_("Burden")),
            "unit": str(unit),
            "since": found.since,
            "until": found.until,
            "periods": _periods(unit, found),
            "figures": _figures(unit, found),
            "levels": _levels(found),
            "loads": _loads(found),
            "dictionary_url": f"/dictionary/{unit.code}",
        }
    }
    return page(request, "pages/burden.html", context)


def _periods(unit: Unit, found: Burden) -> list[dict[str, Any]]:
    here, today = f"/burden/{unit.code}", clock.today(unit.zone)
    before = found.since - timedelta(days=1)
    return [
        {"label": str(_("the week before")), "url": f"{here}?day={before}", "current": False},
        {"label": str(_("last 7 days")), "url": here, "current": found.until == today},
    ]


def _figures(unit: Unit, found: Burden) -> list[dict[str, Any]]:
    asked = planned(unit, found.until)
    member, forms = found.member_seconds_a_day, found.forms_a_unit_a_day
    seconds = str(_("target at most {n} s")).format(n=found.member_target)
    return [
        states.figure(
            str(_("Seconds a day per member")), member, note=seconds, tone=_tone(member, found.member_target)
        ),
        states.figure(str(_("Minutes a week per member")), found.member_minutes_a_week),
        states.figure(
            str(_("Forms a day per unit")),
            forms,
            note=str(_("target at most {n}")).format(n=found.unit_target),
            tone=_tone(forms, found.unit_target),
        ),
        states.figure(
            str(_("Asked of a member a day")),
            asked.seconds,
            note=str(_("s, if everything published is answered")),
            tone=_tone(asked.seconds, found.member_target),
        ),
    ]


def _tone(value: Decimal | None, target: int) -> str:
    return "" if value is None else "ok" if value <= target else "bad"


def _levels(found: Burden) -> dict[str, Any] | None:
    heads = [
        Head(_("Level")), Head(_("Units that sent"), numeric=True, priority=2),
        Head(_("Forms a day per unit"), numeric=True), Head(_("Staff minutes a week per unit"), numeric=True),
        Head(_("Target"), priority=2),
    ]  # fmt: skip
    rows = [
        row(one.level, [
            text(_kind_word(one.level)), number(one.units), number(one.forms_a_day), number(one.minutes_a_week),
            _met(one.forms_a_day, found.unit_target),
        ])
        for one in sorted(found.levels, key=lambda one: _ORDER.index(one.level))
    ]  # fmt: skip
    return plain_table(str(_("By level")), heads, rows) if rows else None


_ORDER = [kind for kind, _title in KINDS]


def _kind_word(kind: str) -> str:
    return str(dict(KINDS)[kind])


def _met(value: Decimal | None, target: int) -> dict[str, Any]:
    met = value is not None and value <= target
    return chip("ok" if met else "bad", str(_("met")) if met else str(_("missed")))


def _loads(found: Burden) -> dict[str, Any] | None:
    heads = [
        Head(_("Entry")), Head(_("Level")), Head(_("Sent"), numeric=True), Head(_("Seconds each"), numeric=True),
        Head(_("How it is known"), priority=2), Head(_("Hours together"), numeric=True, priority=2),
    ]  # fmt: skip
    ordered = sorted(found.loads, key=lambda one: -one.total)
    rows = [
        row(f"{one.level}-{one.what}-{'own' if one.members else 'staff'}", [
            text(_entry_word(one, found)), text(_kind_word(one.level)), number(one.entries), number(one.seconds),
            text(str(_("measured")) if one.measured else str(_("estimated"))), number(_hours(one.total)),
        ])
        for one in ordered
    ]  # fmt: skip
    return plain_table(str(_("By entry")), heads, rows) if rows else None


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / 3600).quantize(Decimal("0.1"))


def _entry_word(one: Load, found: Burden) -> str:
    words = {SELF: _("Check-in"), PROXY: _("Answer for somebody"), CLASS_CHECK: _("Class check")}
    if one.what in words:
        return str(words[one.what])
    registered = RegisteredForm.objects.filter(code=one.what).order_by("-version").first()
    return str(registered) if registered else form_on(one.what, found.until).title[language()]


@signed_in
def held(request: HttpRequest, code: str) -> HttpResponse:
    """The dictionary: every field, where it is held, who keeps it right, and how fresh it is here."""
    unit = _held_unit(request, code)
    found = holdings(unit, clock.today(unit.zone))
    heads = [
        Head(_("Field")), Head(_("Where")), Head(_("Who keeps it"), priority=2), Head(_("Fresh")),
        Head(_("Newest"), priority=2), Head(_("Fresh for days"), numeric=True, priority=2),
    ]  # fmt: skip
    sections = []
    for title, of_person in ((_("Of people"), True), (_("Of units"), False)):
        rows = [_held_row(one) for one in found.values() if one.field.of_person is of_person]
        sections.append({"title": str(title), "table": plain_table(str(title), heads, rows)})
    shown = detail(str(_("Dictionary")), str(unit), []) | {
        "sections": sections,
        "back": {"label": str(_("Forms")), "url": "/forms"},
    }
    return page(request, "pages/detail.html", {"detail": shown})


def _held_row(one: Holding) -> dict[str, Any]:
    cells = [
        text(str(one.field)), text(str(one.field.where)), text(str(one.field.keeper)), _fresh(one), day(one.newest),
        number(one.days or None),
    ]  # fmt: skip
    return row(one.field.key.replace(".", "-"), cells)


def _fresh(one: Holding) -> dict[str, Any]:
    said = str(_("{fresh} of {of}")).format(fresh=one.fresh, of=one.subjects)
    if not one.held:
        return chip("info", str(_("asked by a form"))) if one.field.collected else text(str(_("nothing held")))
    return chip("ok", said) if one.fresh else chip("warn", str(_("stale")))
