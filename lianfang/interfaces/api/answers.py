"""One answer at its address (单条打卡): unit, day, slot, person; with its earlier revisions, never changed in place."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.exceptions import ValidationError

from lianfang.capabilities.checkin.register import Answers
from lianfang.domain.answers import MEMBERS
from lianfang.interfaces.api.endpoint import Call
from lianfang.interfaces.api.listing import shown_row, zone_of
from lianfang.interfaces.api.people import refuse_members
from lianfang.interfaces.api.reach import out_of_reach, uuid_of
from lianfang.interfaces.api.requests import read_object, read_query
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.reporting.models import Answer, AnswerRevision

_KEPT = ("id", "key", "receipt", "fever", "test", "reason", *MEMBERS, *(one.name for one in Answers.columns))


def show_answer(call: Call) -> dict[str, Any]:
    """The answer in force, and the earlier ones in the order in which they were replaced."""
    read_query(call.request, ())
    answer = _answer(call)
    place = {"unit_id": answer.unit_id, "day": answer.day, "slot": answer.slot, "person_id": answer.person_id}
    earlier = AnswerRevision.objects.filter(**place).select_related("unit").order_by("revision")
    return _shown(answer, call.actor) | {"history": [_shown(one, call.actor) for one in earlier]}


def _answer(call: Call) -> Answer:
    key = {"unit__code": call.path["unit"], "day": call.path["day"], "slot": call.path["slot"]}
    person = uuid_of(call.actor, call.path["person"])
    own = call.actor.answers_for(person)
    rows = Answer.objects.select_related("unit") if own else Answers.rows(call.actor)
    try:
        found = rows.filter(person_id=person, **key).first() if all(map(str.isprintable, key.values())) else None
    except (ValueError, ValidationError):
        found = None
    if found is None:
        raise out_of_reach(call.actor)
    return found


def _shown(answer: Any, actor: Actor) -> dict[str, Any]:
    return shown_row(Answers, answer, Answers.columns, zone_of(actor))


def change_answer(call: Call) -> NoReturn:
    """A kept answer is corrected by sending another one; in place every member is refused."""
    read_query(call.request, ())
    _answer(call)
    refuse_members(read_object(call.request), _KEPT)
