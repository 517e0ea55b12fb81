"""What is done on the page of a class (班次办理): each form one act, a refusal said at the form it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.checklist import codes, standing_answers
from lianfang.capabilities.training.layout import places_of
from lianfang.capabilities.training.models import ClassRun, ClassSitting, Enrolment, WorkOrder
from lianfang.domain.parsing.number import parse_count
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.web.views.frame import signed_in, told
from lianfang.interfaces.web.views.training import run_of, worded
from lianfang.interfaces.web.views.training_runs import class_page
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.evidence.ops import attach, photos_of
from lianfang.kernel.places.models import DORMITORY, Place

LARGEST = 999_999  # of what is counted in a class: milligrams a litre, minutes, places


@require_POST
@signed_in
def do(request: HttpRequest, number: UUID, act: str) -> HttpResponse:
    """One act on a class; then its page again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    run = run_of(actor, number)
    deed = DEEDS.get(act)
    if deed is None:
        raise Http404
    try:
        with transaction.atomic():
            text = deed(request, actor, run)
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        said = Refused([worded(problem) for problem in refused.problems])
        return class_page(request, run_of(actor, number), said, request.POST.dict())
    told(request, text)
    return redirect(f"/training/runs/{number}")


def _order(run: ClassRun) -> WorkOrder:
    return WorkOrder.objects.select_related("unit").get(run=run)


def _finish(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    acts.finish_order(
        actor, order=_order(run), agent=text_in(request, "agent"), mg_l=count_in(request, "mg_l"),
        minutes=count_in(request, "minutes"), surfaces="surfaces" in request.POST, floors="floors" in request.POST,
    )  # fmt: skip
    return str(_("The disinfection is recorded. Somebody else signs it off."))


def _sign(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    order, upload = _order(run), request.FILES.get("photo")
    if upload is not None:
        attach(actor, order.unit, about=order, upload=upload.read(), name=str(upload.name))
    acts.sign_order(actor, order=order, evidence=request.POST.get("evidence", "").strip() or _photographed(order))
    return str(_("Signed off. The opening is not held up by it any more."))


def _photographed(order: WorkOrder) -> str:
    count = photos_of(order).count()
    return str(_("Photos: {n}")).format(n=count) if count else ""


def _answer(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    """Every item whose answer or note is another than the one that stands."""
    standing = standing_answers(run)
    for code in codes():
        answer, note = request.POST.get(f"answer-{code}", ""), request.POST.get(f"note-{code}", "").strip()
        before = standing.get(code)
        if answer and (before is None or (before.answer, before.note) != (answer, note)):
            _answer_one(actor, run, code, answer, note)
    return str(_("The answers are kept."))


def _answer_one(actor: Actor, run: ClassRun, code: str, answer: str, note: str) -> None:
    try:
        acts.answer_opening(actor, run=run, question=code, answer=answer, note=note)
    except Refused as refused:
        raise Refused([Problem(one.code, f"{one.field}-{code}", facts=one.facts) for one in refused.problems]) from None


def _open(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    acts.open_class(actor, run=run)
    return str(_("The class is open."))


def _close(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    acts.close_class(actor, run=run)
    return str(_("The class is closed. Its report is below."))


def _seats(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    rooms = [_place(one) for one in request.POST.getlist("rooms")]
    acts.plan_class(actor, run=run, rooms=rooms, across=count_in(request, "across", owed=False))
    return str(_("Everybody has a seat."))


def _beds(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    plan = acts.plan_beds(actor, run=run, rooms=list(places_of(run.host, DORMITORY)))
    if plan.short:
        return str(_("{beds} beds are given, {short} are short.")).format(beds=plan.beds, short=plan.short)
    return str(_("Everybody has a bed."))


def _accept(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    acts.accept_shortage(actor, run=run, reason=text_in(request, "reason"))
    return str(_("The decision is kept beside the shortage."))


def _dining(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    sittings = acts.plan_dining(
        actor, run=run, place=_place(text_in(request, "place")), meal=text_in(request, "meal"),
        first_sitting=_time(request, "first_sitting"),
    )  # fmt: skip
    return str(_("{n} sittings are planned, and no group is split.")).format(n=len(sittings))


def _meal(request: HttpRequest, actor: Actor, run: ClassRun) -> str:
    """Somebody came to eat, by the number of the class, in the room of their sitting."""
    meal, number = text_in(request, "eaten"), count_in(request, "number")
    row = Enrolment.objects.filter(run=run, number=number).select_related("person").first()
    hall = ClassSitting.objects.filter(run=run, meal=meal, replaced_at=None).select_related("place__unit").first()
    if row is None or hall is None:
        raise Refused("class.not_enrolled" if row is None else "dining.not_planned", "number")
    scan = acts.record_meal(actor, run=run, person=row.person, place=hall.place, meal=meal)
    if scan.out_of_sitting:
        return str(_("{name} is out of sitting: the own one is {n}.")).format(name=row.person.name, n=scan.sitting)
    return str(_("{name} eats in the own sitting.")).format(name=row.person.name)


DEEDS: Mapping[str, Callable[[HttpRequest, Actor, ClassRun], str]] = {
    "finish": _finish, "sign": _sign, "answer": _answer, "open": _open, "close": _close, "seats": _seats,
    "beds": _beds, "accept": _accept, "dining": _dining, "meal": _meal,
}  # fmt: skip


def text_in(request: HttpRequest, name: str) -> str:
    """A text of the form; refused `required` when it is empty."""
    value = request.POST.get(name, "").strip()
    if not value:
        raise Refused("required", name)
    return value


def count_in(request: HttpRequest, name: str, *, owed: bool = True) -> int:
    """A whole number of the form; refused as `parse_count` refuses."""
    raw = request.POST.get(name, "").strip()
    if not raw and not owed:
        return 0
    if not raw:
        raise Refused("required", name)
    count = parse_count(raw, name, [], channel="form")
    if count > LARGEST:
        raise Refused("number.out_of_range", name, high=LARGEST)
    return count


def _time(request: HttpRequest, name: str) -> time:
    try:
        return time.fromisoformat(text_in(request, name)).replace(tzinfo=None)
    except ValueError:
        raise Refused("time.invalid", name) from None


def _place(raw: str) -> Place:
    try:
        found = Place.objects.select_related("unit").filter(pk=UUID(raw)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refused("choice.unknown", "rooms")
    return found
