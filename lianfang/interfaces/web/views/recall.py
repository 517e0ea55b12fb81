"""Recall from leave (召回页): who must be back by when, who is, who is exempt on what evidence, what is to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.capabilities.pairs.actions import ADULTS
from lianfang.capabilities.recall.actions import (
    DECIDE,
    KEEPERS,
    ORDERERS,
    Counted,
    counted,
    exempt_from_recall,
    keep_exemption,
    lift_exemption,
    lift_recall,
    order_recall,
    recall_person,
    record_return,
)
from lianfang.capabilities.recall.models import LEVELS, RecallOrder, RecallPerson
from lianfang.capabilities.recall.register import SEES_PEOPLE
from lianfang.interfaces.web.views.command_forms import Ask, Deed, answer, placed, reason, somebody
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks.models import Task

MOST = 300  # people of one order on the page
RISKS = [one for one in LEVELS if one[0]]


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The recalls of a unit, the newest first: counts for all, names where people are seen."""
    actor, unit = placed(request, code)
    at = clock.now()
    orders = RecallOrder.objects.filter(under(unit, "unit__")).select_related("unit").order_by("-issued_at")[:10]
    context = {
        "unit": str(unit), "code": unit.code, "pairs": actor.holds(ADULTS, unit),
        "here": f"/recall/{unit.code}", "orders_allowed": actor.holds(ORDERERS, unit),
        "keeps": actor.holds(KEEPERS, unit), "sees": actor.holds(SEES_PEOPLE, unit),
        "orders": [_order(actor, unit, one, at) for one in orders],
    }  # fmt: skip
    return page(request, "pages/recall.html", {"recall": context})


def _order(actor: Actor, unit: Unit, order: RecallOrder, at: datetime) -> dict[str, Any]:
    sees = actor.holds(SEES_PEOPLE, unit)
    rows = list(order.people.filter(under(unit, "unit__")).select_related("person", "unit")[:MOST]) if sees else []
    asked = _asked(rows)
    return {
        "id": str(order.pk), "title": order.title, "reason": order.reason, "issued_at": order.issued_at,
        "back_before": order.back_before, "lifted_at": order.lifted_at,
        "figures": _figures(counted(order, at)) if sees else [],
        "rows": sorted((_row(one, at, asked) for one in rows), key=lambda row: row["order"]),
    }  # fmt: skip


def _asked(rows: Sequence[RecallPerson]) -> set[str]:
    subjects = [ref(one) for one in rows]
    return set(
        Task.objects.filter(subject__in=subjects, kind=DECIDE, settled_at=None, excused="").values_list(
            "subject", flat=True
        )
    )


def _figures(seen: Counted) -> list[dict[str, Any]]:
    told = [
        (_("Away"), seen.away, ""), (_("Must return"), seen.must_return, ""), (_("Exempt"), seen.exempt, ""),
        (_("Back in time"), seen.on_time, "ok"), (_("Back late"), seen.late, "warn"),
        (_("Awaited"), seen.awaited, ""), (_("Overdue"), seen.overdue, "bad"),
    ]  # fmt: skip
    return [{"label": str(a), "value": n, "note": "", "of": None, "tone": tone if n else ""} for a, n, tone in told]


def _row(one: RecallPerson, at: datetime, asked: set[str]) -> dict[str, Any]:
    state = _state(one, at)
    return {
        "id": str(one.pk), "name": one.person.name, "unit": str(one.unit), "whereabouts": one.whereabouts,
        "level": str(one.get_level_display()) if one.level else "", "due_at": one.due_at,
        "returned_at": one.returned_at, "evidence": one.evidence if one.exempt else "", "ask": ref(one) in asked,
        "exempt": one.exempt, "back": one.returned_at is not None, **state,
    }  # fmt: skip


def _state(one: RecallPerson, at: datetime) -> dict[str, Any]:
    if one.returned_at is not None:
        late = one.returned_at >= one.due_at
        return {"mark": "late" if late else "ok", "word": str(_("back late") if late else _("back")), "order": 3}
    if one.exempt:
        return {"mark": "info", "word": str(_("exempt")), "order": 2}
    if one.due_at <= at:
        return {"mark": "bad", "word": str(_("overdue")), "order": 0}
    return {"mark": "wait", "word": str(_("awaited")), "order": 1}


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, deed: str, number: str = "") -> HttpResponse:
    """The form of one deed of a recall."""
    return answer(request, code, DEEDS, deed, number, f"/recall/{code}")


def _new(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [
        Ask("title"), Ask("reason"), Ask("back_before", "datetime-local"),
        Ask("issued_at", "datetime-local", required=False, hint=_("Empty is now")),
    ]  # fmt: skip


def _name(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [
        somebody(unit), Ask("whereabouts"), _area(),
        Ask("level", "select", RISKS, required=False, label=_("Risk level")),
        Ask("due_at", "datetime-local", required=False, hint=_("Only where somebody may come later than the others")),
    ]  # fmt: skip


def _area() -> Ask:
    hint = _("Area code, so that a new list of risk areas is compared with it")
    return Ask("area", required=False, hint=hint, label=_("Risk area"))


def _exempt(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    allowed = policy_of(row.unit, on=clock.today(row.unit.zone)).recall_exempt_levels
    return [
        Ask("evidence", hint=_("What was seen: list of the authority, notice, photo")),
        Ask("level", "radio", [one for one in RISKS if one[0] in allowed], label=_("Risk level")),
        _area(),
    ]


def _lift(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("reason"), Ask("due_at", "datetime-local", required=row.due_at <= clock.now())]


def _back(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("returned_at", "datetime-local", required=False, hint=_("Empty is now"))]


def _who(row: Any) -> Sequence[tuple[Any, Any]]:
    return [(_("Person"), row.person.name), (_("Whereabouts"), row.whereabouts)]


_ONE: Mapping[str, Any] = {"model": RecallPerson, "row": "recalled", "facts": _who}
DEEDS: Mapping[str, Deed] = {
    "new": Deed(order_recall, _new),
    "name": Deed(recall_person, _name, RecallOrder, "order"),
    "lift": Deed(lift_recall, reason, RecallOrder, "order", danger=True),
    "back": Deed(record_return, _back, **_ONE),
    "exempt": Deed(exempt_from_recall, _exempt, **_ONE),
    "lift-exemption": Deed(lift_exemption, _lift, **_ONE),
    "keep-exemption": Deed(keep_exemption, reason, **_ONE),
}
"""By the last part of the address: what may be done."""
