"""Forms on the page of the day (今日待填): what one's unit owes, and what is asked of oneself and one's children."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianfang.capabilities.burden.models import PEOPLE, PUBLISHED, PersonFilling, RegisteredForm
from lianfang.capabilities.burden.owed import times
from lianfang.capabilities.burden.periods import period_of
from lianfang.domain.roles import SIGNERS
from lianfang.interfaces.web.views import states
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import FORM, Due
from lianfang.kernel.people.models import Membership
from lianfang.kernel.policies.ops import policy_of


def form_dues(actor: Actor, memberships: Iterable[Membership]) -> list[dict[str, Any]]:
    """What is to be filled in now, as the page of the day lists what is due; what came today stands among the done."""
    asked = {(form.slot, form.answered_by): form for form in _published()}
    if not asked:
        return []
    units = [_of_unit(due, asked) for due in _owed(actor)]
    return [one for one in units if one] + _of_people(
        memberships, [f for f in asked.values() if f.answered_by == PEOPLE]
    )


def _published() -> list[RegisteredForm]:
    return list(RegisteredForm.objects.filter(state=PUBLISHED).select_related("unit"))


def _owed(actor: Actor) -> list[Due]:
    at = clock.now()
    units = [post.unit for post in actor.posts if post.role in SIGNERS]
    found = Due.objects.filter(unit__in=units, kind=FORM, opens_at__lte=at, closes_at__gte=at, excused="")
    today = {unit.pk: clock.today(unit.zone) for unit in units}
    return [
        due
        for due in found.select_related("unit").order_by("due_at")
        if due.settled_at is None or due.settled_at.astimezone(due.unit.zone).date() == today[due.unit_id]
    ]


def _of_unit(due: Due, asked: dict[tuple[str, str], RegisteredForm]) -> dict[str, Any] | None:
    form = next((one for (slot, _by), one in asked.items() if slot == due.slot), None)
    if form is None:
        return None
    at = clock.now()
    return _shown(
        str(form), str(due.unit), due.due_at, f"/forms/{form.pk}/fill/{due.unit.code}?day={due.day}",
        status=states.state_of(due, at), word=states.word_of(due, at), settled=due.settled_at,
    )  # fmt: skip


def _of_people(memberships: Iterable[Membership], forms: list[RegisteredForm]) -> list[dict[str, Any]]:
    return [_of_person(one, form) for one in memberships for form in forms if form.unit.covers(one.unit)]


def _of_person(one: Membership, form: RegisteredForm) -> dict[str, Any]:
    today = clock.today(one.unit.zone)
    period = period_of(form.frequency, form.begins_on or today, today)
    given = PersonFilling.objects.filter(person=one.person_id, form=form.code, day=period.first, current=True).first()
    due_at = times(one.unit, period, policy_of(one.unit, on=today)).due_at
    settled = given.filled_at if given else None
    status = "done" if given else "not_in"
    url = f"/forms/{form.pk}/answer/{one.person_id}"
    return _shown(str(form), one.person.name, due_at, url, status=status, word=None, settled=settled)


def _shown(
    title: str, who: str, due_at: datetime, url: str, *, status: str, word: Any, settled: datetime | None
) -> dict[str, Any]:
    return {
        "title": title, "unit": who, "due": due_at, "left": due_at - clock.now(), "near": states.NEAR_MINUTES,
        "status": status, "word": word, "url": url, "verb": str(_("Fill in")), "note": "", "primary": False,
        "settled": settled,
    }  # fmt: skip
