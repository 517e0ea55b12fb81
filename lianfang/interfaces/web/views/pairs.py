"""One-to-one follow-up of a day (人盯人页): who is still to be reached, by whom, and what is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.capabilities.pairs.actions import (
    ADULTS,
    CONTACT,
    LEADS,
    contacts_owed,
    end_pair,
    hand_on,
    pair_up,
    record_contact,
)
from lianfang.capabilities.pairs.coverage import Coverage, coverage
from lianfang.capabilities.pairs.models import RESULTS, DailyContact, Pairing
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.command_forms import (
    Ask,
    Deed,
    accounts_of,
    answer,
    people_of,
    perform,
    placed,
    reason,
)
from lianfang.interfaces.web.views.frame import day_of, page, signed_in, told
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

MOST = 300  # contacts on one page
BUTTONS = [("reached", "ok"), ("no_answer", ""), ("needs_help", "")]


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The contacts of a day under a unit: one's own first, then overdue ones, then those that are made."""
    actor, unit = placed(request, code)
    if not actor.holds(ADULTS, unit):
        raise Refused("scope", "unit")
    day, at = day_of(request, unit), clock.now()
    owed = contacts_owed(unit, day)[:MOST]
    counts = tasks.counted(Task.objects.filter(under(unit, "unit__"), kind=CONTACT, day=day), at=at)
    is_today = day == clock.today(unit.zone)
    found = coverage(unit, at=at) if is_today else Coverage(0, ())
    context = {
        "unit": str(unit), "code": unit.code, "pairs": True,
        "here": f"/pairs/{unit.code}", "day": day, "is_today": is_today,
        "by": policy_of(unit, on=day).pair_contact_by, "leads": actor.holds(LEADS, unit),
        "figures": _figures(counts, found), "uncovered": _uncovered(actor, unit, found),
        "rows": _rows(actor, unit, owed, day, at, is_today=is_today),
    }  # fmt: skip
    return page(request, "pages/pairs.html", {"pairs": context})


def _figures(counts: tasks.Counts, found: Coverage) -> list[dict[str, Any]]:
    def figure(label: Any, value: int, tone: str = "") -> dict[str, Any]:
        return {"label": str(label), "value": value, "note": "", "of": None, "tone": tone if value else ""}

    tone = "bad" if found.without else "ok"
    covered = {**figure(_("From risk areas, with an adult"), found.covered), "of": found.of, "tone": tone}
    return [
        figure(_("To be reached"), counts.expected), figure(_("Reached in time"), counts.on_time, "ok"),
        figure(_("Reached late"), counts.late, "warn"), figure(_("Still to reach"), counts.open - counts.overdue),
        figure(_("Overdue"), counts.overdue, "bad"), *([covered] if found.of else []),
    ]  # fmt: skip


def _uncovered(actor: Actor, unit: Unit, found: Coverage) -> dict[str, Any]:
    """Who came from a risk area and has no adult: by name to those who may know it, the others only as a number."""
    named = found.named_to(actor, unit)
    rows = [{"name": one.person.name, "unit": str(one.unit)} for one in named[:MOST]]
    return {"n": len(found.without), "rows": rows, "others": len(found.without) - len(rows)}


def _rows(
    actor: Actor, unit: Unit, owed: Sequence[Task], day: date, at: datetime, *, is_today: bool
) -> list[dict[str, Any]]:
    numbers = [UUID(task.subject.partition(":")[2]) for task in owed]
    found = Pairing.objects.filter(pk__in=numbers).select_related("person", "responsible", "backup", "unit")
    pairs = {one.pk: one for one in found}
    tried = _tried(numbers, day)
    leads = actor.holds(LEADS, unit)
    rows = [
        _row(actor, task, pairs[number], tried.get(number, []), at, leads=leads, is_today=is_today)
        for task, number in zip(owed, numbers, strict=True)
        if number in pairs
    ]
    return sorted(rows, key=lambda row: (row["done"], not row["mine"], not row["late"]))


def _tried(numbers: Sequence[UUID], day: date) -> Mapping[UUID, list[DailyContact]]:
    tried: dict[UUID, list[DailyContact]] = {}
    for one in DailyContact.objects.filter(pairing__in=numbers, day=day).order_by("at"):
        tried.setdefault(one.pairing_id, []).append(one)
    return tried


def _row(
    actor: Actor, task: Task, pairing: Pairing, tried: Sequence[DailyContact], at: datetime, *, leads: bool,
    is_today: bool,
) -> dict[str, Any]:  # fmt: skip
    done, late = task.settled_at is not None, bool(task.due_at and task.settled_at is None and task.due_at < at)
    mine = actor.account_id in (pairing.responsible_id, pairing.backup_id)
    last = tried[-1] if tried else None
    return {
        "id": str(pairing.pk), "name": pairing.person.name, "unit": str(pairing.unit),
        "responsible": pairing.responsible.name, "backup": pairing.backup.name, "done": done, "late": late,
        "mine": mine, "may": is_today and not done and (mine or leads), "changes": leads and pairing.ended_at is None,
        "last": {"at": last.at, "word": last.get_result_display(), "by": last.by} if last else None,
        **_state(done, late, last),
    }  # fmt: skip


def _state(done: bool, late: bool, last: DailyContact | None) -> dict[str, str]:
    if done:
        helped = last is not None and last.result == "needs_help"
        return {"mark": "warn" if helped else "ok", "word": str(_("needs help") if helped else _("reached"))}
    if late:
        return {"mark": "bad", "word": str(_("overdue"))}
    return {"mark": "wait", "word": str(_("still to reach"))}


@require_POST
@signed_in
def contacted(request: HttpRequest, code: str, number: UUID) -> HttpResponse:
    """One contact, with one press; the list comes back."""
    actor, unit = placed(request, code)
    raw = {"pairing": str(number), "result": request.POST.get("result", "")}
    perform(actor, DEEDS["contact"].action, raw)
    told(request, str(_("Contact recorded.")))
    return redirect(f"/pairs/{unit.code}")


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, deed: str, number: str = "") -> HttpResponse:
    """The form of one deed of the follow-up."""
    return answer(request, code, DEEDS, deed, number, f"/pairs/{code}")


def _make(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    paired = set(Pairing.objects.filter(ended_at__isnull=True).values_list("person_id", flat=True))
    lone = coverage(unit, at=clock.now()).named_to(actor, unit)[:MOST]
    first = {str(one.person_id): f"{one.person.name} · {one.unit}" for one in lone}
    others = {key: name for key, name in people_of(unit) if UUID(key) not in paired and key not in first}
    free = list((first | others).items())
    hint = (
        ""
        if free
        else _(
            "Everybody here is paired, or there are more than 300 people: then open this page at a class or division."
        )
    )
    cap = policy_of(unit, on=clock.today(unit.zone)).pair_cap
    return [
        Ask("people", "checkboxes", free, hint=hint, chosen=list(first)),
        Ask("adults", "checkboxes", accounts_of(unit), hint=_("At least two; everybody gets a backup")),
        Ask("cap", "number", value=str(cap)),
        Ask("last_day", "date", required=False),
    ]


def _hand(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    choices = [one for one in accounts_of(row.unit) if one[0] != _handle(row)]
    return [Ask("responsible", "select", choices), Ask("backup", "select", choices, required=False), Ask("reason")]


def _result(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("result", "radio", RESULTS), Ask("note", required=False)]


def _handle(row: Pairing) -> str:
    return str(Account.objects.get(pk=row.responsible_id).handle)


def _who(row: Any) -> Sequence[tuple[Any, Any]]:
    return [(_("Person"), row.person.name), (_("Responsible adult"), row.responsible.name)]


_PAIR: Mapping[str, Any] = {"model": Pairing, "row": "pairing", "facts": _who}
DEEDS: Mapping[str, Deed] = {
    "make": Deed(pair_up, _make),
    "hand-on": Deed(hand_on, _hand, **_PAIR),
    "end": Deed(end_pair, reason, **_PAIR),
    "contact": Deed(record_contact, _result, **_PAIR),
}
"""By the last part of the address: what may be done."""
