"""A contact's last exposure was another day (密接末次接触更正): follow-up lasts as long as the right one says."""

from __future__ import annotations

from datetime import date

from lianfang.capabilities.cases.casework import DECIDERS
from lianfang.capabilities.cases.contacting import ISOLATION, RULE, VISIT, facts_of, owed_follow_up
from lianfang.capabilities.cases.following import followed, let_go
from lianfang.capabilities.cases.holding import APART
from lianfang.capabilities.cases.holding import STATUS as OF_CASE
from lianfang.capabilities.cases.known import policy_for
from lianfang.capabilities.cases.models import Contact
from lianfang.capabilities.cases.turning import STATUS
from lianfang.domain.cases.terms import SECOND
from lianfang.domain.cases.window import followed_until
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.statuses.sources import Correction, rests_on_rows, row_behind
from lianfang.kernel.tasks import ops as tasks


@action("contact.exposure_corrected", by=DECIDERS, over="contact", facts=("last_exposure", "reason"))
def correct_contact_exposure(by: Actor, *, contact: Contact, last_exposure: date, reason: str) -> Contact:
    """Correct the day of a contact's last exposure: follow-up lasts until the right day, or is over already."""
    held = followed(contact)
    zone = held.unit.zone
    today = clock.today(zone)
    if last_exposure > today:
        raise Refused("date.in_future", "last_exposure")
    if not reason.strip():
        raise Refused("required", "reason")
    policy, before = policy_for(held.case), held.last_exposure.astimezone(zone)
    held.last_exposure = before.replace(
        year=last_exposure.year, month=last_exposure.month, day=last_exposure.day
    )  # fmt: skip
    held.until = followed_until(last_exposure, policy, secondary=held.grade == SECOND)
    store(held)
    if held.until < today:
        let_go(held, by, reason)
        return held
    _owe_until(held, held.until, reason)
    tasks.owe_all(owed_follow_up(held, held.until, policy))
    statuses.give(
        unit=held.unit, person=held.person, kind=STATUS, value=ISOLATION, rule=RULE, edition=held.edition,
        facts=facts_of(held), since=clock.now(), by=by, about=held, reason=reason,
    )  # fmt: skip
    return held


def _owe_until(contact: Contact, last: date, reason: str) -> None:
    """What comes after the last day is no longer owed; what an earlier correction took away is owed again."""
    waiting = tasks.of(contact).filter(kind__in=(READING, VISIT), settled_at=None)
    waiting.filter(day__gt=last, excused="").update(excused=reason[:120], alert_at=None)
    waiting.filter(day__lte=last, opens_at__gte=clock.now()).exclude(excused="").update(excused="")


def _exposure(made: Correction) -> None:
    day = parse_day(made.right, "right", [])
    contact = row_behind(made.status, Contact)
    correct_contact_exposure(made.by, contact=contact, last_exposure=day, reason=made.reason)


rests_on_rows(STATUS, last_exposure=_exposure)
rests_on_rows(OF_CASE)
rests_on_rows(APART)
