"""One class in full (班次详情): what holds it up, its order and checklist, seats, beds, meals, readings, its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from lianfang.capabilities.training.checklist import items, standing_answers
from lianfang.capabilities.training.closing import kept_figures
from lianfang.capabilities.training.models import ANSWERS, MEALS, ClassRun, Enrolment, MealScan, WorkOrder
from lianfang.capabilities.training.roles import AT_THE_DOOR, CLEANERS, HOSTS, RUNNERS, SEERS_OF_PEOPLE
from lianfang.capabilities.training.standing import figures_of
from lianfang.domain.classes.states import CLOSED, OPEN
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in
from lianfang.interfaces.web.views.training import reasons_in_words, run_of, shown_figures, slot_word, state_chip
from lianfang.interfaces.web.views.training_rooms import lodging_of, plans_of, room_choices, seats_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.evidence.ops import photos_of
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.tasks.models import Task

NAMED = 40  # missing people named on the page; the others are counted


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """The page of a class."""
    return class_page(request, run_of(request.actor, number))  # type: ignore[attr-defined]


def class_page(
    request: HttpRequest, run: ClassRun, refused: Refused | None = None, given: Mapping[str, str] | None = None
) -> HttpResponse:
    """The page, after a refusal with what was said."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sees = actor.holds(SEERS_OF_PEOPLE, run.unit)
    people = _people(run) if sees else []
    context = {
        "key": str(run.pk), "name": str(run.unit), "number": run.number, "first": run.first_day, "last": run.last_day,
        "state": state_chip(run), "code": run.host.code, "host": str(run.host), "here": f"/training/runs/{run.pk}",
        "figures": shown_figures(kept_figures(run) if run.state == CLOSED else figures_of([run])[run.pk]),
        "why": reasons_in_words(run) if run.state not in (OPEN, CLOSED) else [], "may": _may(actor, run),
        "open": run.state == OPEN, "closed": run.state == CLOSED, "order": _order(run), "items": _items(run),
        "plans": plans_of(run, seats_of(run), sees=sees), "choices": room_choices(run), "lodging": lodging_of(run),
        "sittings": _sittings(run), "meals": [{"value": code, "label": str(word)} for code, word in MEALS],
        "strays": _strays(run) if sees else None, "door": _door(actor, run, people), "given": given or {},
        "report": _report(run), "boards": run.boards, "eating": _eating(run),
    }  # fmt: skip
    errors = errors_of(refused) if refused else []
    return page(request, "pages/training_run.html", {"run": context, "errors": errors}, status=422 if refused else 200)


def _people(run: ClassRun) -> list[Enrolment]:
    return list(Enrolment.objects.filter(run=run, left_on=None).select_related("person").order_by("number"))


def _may(actor: Actor, run: ClassRun) -> dict[str, bool]:
    """What this actor may do now; a button that would only be refused is not there."""
    runs, going = actor.holds(RUNNERS, run.unit), run.state != CLOSED
    before = run.state not in (OPEN, CLOSED)
    return {
        "plan": runs and going, "answer": runs and before, "open": runs and before,
        "close": runs and run.state == OPEN and clock.today(run.unit.zone) >= run.last_day,
        "clean": actor.holds(CLEANERS, run.unit), "sign": runs,
        "decide": actor.holds(HOSTS, run.unit) and before, "host": actor.holds(HOSTS, run.unit),
        "measure": actor.holds(AT_THE_DOOR, run.unit),
    }  # fmt: skip


def _order(run: ClassRun) -> dict[str, Any] | None:
    order = WorkOrder.objects.filter(run=run).first()
    if order is None:
        return None
    late = order.state != "signed" and clock.now() > order.due_at
    chips = {"owed": "bad" if late else "wait", "done": "warn", "signed": "ok"}
    policy = policy_of(run.unit, on=run.first_day)
    return {
        "key": str(order.pk), "state": order.state, "chip": chips[order.state], "word": str(order.get_state_display()),
        "due": order.due_at, "agent": order.agent, "mg_l": order.mg_l, "minutes": order.minutes,
        "done_at": order.done_at, "done_by": order.done_by, "signed_at": order.signed_at,
        "signed_by": order.signed_by, "evidence": order.evidence, "least": policy.surface_mg_l,
        "stays": policy.surface_minutes, "photos": [f"/photos/{one.pk}" for one in photos_of(order)],
    }  # fmt: skip


def _items(run: ClassRun) -> list[dict[str, Any]]:
    standing, language = standing_answers(run), get_language() or "zh"
    chips = {"yes": "ok", "no": "bad", "na": "wait"}
    rows = []
    for one in items():
        row = standing.get(one.code)
        rows.append({
            "code": one.code, "words": one.words(language), "answer": row.answer if row else "",
            "chip": chips[row.answer] if row else "wait", "word": str(dict(ANSWERS)[row.answer]) if row else "",
            "note": row.note if row else "", "by": row.by if row else "", "at": row.at if row else None,
        })  # fmt: skip
    return rows


def _sittings(run: ClassRun) -> list[dict[str, Any]]:
    found = run.sittings.filter(replaced_at=None).select_related("place").order_by("starts", "number")
    return [
        {
            "meal": str(dict(MEALS)[one.meal]),
            "number": one.number,
            "place": str(one.place),
            "starts": one.starts,
            "ends": one.ends,
            "people": one.people,
            "seats": one.seats,
        }
        for one in found
    ]


def _eating(run: ClassRun) -> str:
    """The meal that a sitting is under way for."""
    now = clock.now().astimezone(run.unit.zone).time()
    found = run.sittings.filter(replaced_at=None, starts__lte=now, ends__gt=now)
    return found.values_list("meal", flat=True).first() or ""


def _strays(run: ClassRun) -> list[dict[str, Any]]:
    """Who ate out of sitting, newest first."""
    found = MealScan.objects.filter(run=run, out_of_sitting=True).select_related("person").order_by("-at")[:NAMED]
    return [{"name": one.person.name, "at": one.at, "own": one.sitting, "found": one.found} for one in found]


def _door(actor: Actor, run: ClassRun, people: Sequence[Enrolment]) -> dict[str, Any] | None:
    """The readings of today, slot by slot, and whose are missing."""
    today = clock.today(run.unit.zone)
    if run.state != OPEN:
        return None
    rows = list(Task.objects.filter(unit=run.unit, kind=READING, day=today, excused="").order_by("due_at"))
    names = {one.person_id: (one.number, one.person.name) for one in people}
    return {
        "day": today, "url": f"/training/runs/{run.pk}/door" if actor.holds(AT_THE_DOOR, run.unit) else "",
        "slots": [_slot(slot, [row for row in rows if row.slot == slot], names) for slot in _slots(rows)],
    }  # fmt: skip


def _slots(rows: Sequence[Task]) -> list[str]:
    return list(dict.fromkeys(row.slot for row in rows))


def _slot(slot: str, rows: Sequence[Task], names: Mapping[UUID, tuple[int, str]]) -> dict[str, Any]:
    left = [row for row in rows if row.settled_at is None]
    over = [row for row in left if row.due_at is not None and row.due_at < clock.now()]
    known = [
        f"{n} {name}"
        for n, name in sorted(names[row.person_id] for row in left if row.person_id and row.person_id in names)
    ]
    return {
        "word": slot_word(slot), "done": len(rows) - len(left), "expected": len(rows), "due": rows[0].due_at,
        "overdue": len(over), "missing": known[:NAMED] if over else [], "more": max(0, len(known) - NAMED),
    }  # fmt: skip


def _report(run: ClassRun) -> dict[str, Any] | None:
    if run.state != CLOSED:
        return None
    return {"at": run.closed_at, "by": run.closed_by, "url": f"/training/runs/{run.pk}/report.pdf", **run.report}
