"""One person's answer for one day and slot as it was understood (日报答复), before anything is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lianfang.domain.identity import Identity


@dataclass(frozen=True, slots=True)
class PersonRef:
    """Who the answer is about: by number and name, or by `ref`, a person's id inside the product.

    `identity` is None when no number was given; `birth_date` is that of the number where it says one, else the one
    given; `guardian_notice` is None when nothing was said, and the register decides.
    """

    id_type: str
    identity: Identity | None
    id_reason: str
    name: str
    phone: str
    birth_date: date | None
    guardian_notice: bool | None
    ref: str


@dataclass(frozen=True, slots=True)
class TestResult:
    """A laboratory test the person tells of: result code, sample number, moments, and Ct value."""

    __test__ = False  # not a test class to pytest

    result: str
    sample_no: str
    sampled_at: datetime | None
    reported_at: datetime | None
    ct: Decimal | None


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """An answer that is well formed; unit, person, key and period are still to be found by the action.

    `temperature` is None when it was not taken: unknown, not zero. `state` is "well" or "unwell".
    """

    key: str
    unit: str
    day: date
    slot: str
    person: PersonRef
    state: str
    temperature: Decimal | None
    symptoms: tuple[str, ...]
    health_code: str | None
    test: TestResult | None
    reported_at: datetime | None
    note: str
    revision: int | None = None  # the sender's own count of how often it has given this answer; None when not counted
