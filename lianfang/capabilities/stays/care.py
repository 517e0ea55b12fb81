"""What is measured or tested of one person outside a round (单人测温与检测): checks that isolation and home share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from lianfang.capabilities.stays.models import RESULTS
from lianfang.domain.policy import Policy
from lianfang.domain.readings import slot_at
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.given import Given


def given_of(
    unit: Unit, person_id: UUID, *, key: str, celsius: Decimal | None, symptoms: Sequence[str], slot: str,
    at: datetime | None, sure: bool,
) -> tuple[Given, Policy]:  # fmt: skip
    """A reading as the kernel takes it, with the rules of its day; without a slot it is that of its moment.

    Refused `required` (celsius) when nothing is said at all, `choice.unknown` (symptoms).
    """
    if celsius is None and not symptoms:
        raise Refused("required", "celsius")
    if set(symptoms) - set(SYMPTOMS.codes):
        raise Refused("choice.unknown", "symptoms", choices=SYMPTOMS.codes)
    moment = at or clock.now()
    day = moment.astimezone(unit.zone).date()
    policy = policy_of(unit, on=day)
    given = Given(
        key=key, person_id=person_id, day=day, slot=slot or slot_at(moment, policy, unit.zone), at=moment,
        celsius=celsius, symptoms=tuple(symptoms), sure=sure,
    )  # fmt: skip
    return given, policy


def check_sample(result: str, sampled_at: datetime, *, since: datetime) -> None:
    """Refused `choice.unknown` (result), `date.in_future`, and `date.order` for a sample from before the beginning."""
    if result not in dict(RESULTS):
        raise Refused("choice.unknown", "result", choices=tuple(dict(RESULTS)))
    if sampled_at > clock.now():
        raise Refused("date.in_future", "sampled_at")
    if sampled_at < since:
        raise Refused("date.order", "sampled_at", earlier="since")
