"""Indicators of contact tracing (密接追踪指标): speed, reach, follow-up, delays and secondary attack rate.

Definitions: Resolve to Save Lives' playbook, WHO contact tracing 2021; the five of rules 3.8 are among them. What is
not known is counted apart: neither met nor missed. The page, the register of indicators and the command all ask here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from lianfang.domain.analysis.attack import Proportion, proportion
from lianfang.domain.cases.tracing import Indicator, share, within

_STAGES: Final = ("onset", "reported", "isolated", "quarantined")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact of a case; None is not known or not yet. `due_until` is the last moment of its follow-up."""

    elicited_at: datetime | None = None
    notified_at: datetime | None = None
    quarantined_at: datetime | None = None
    due_until: datetime | None = None
    completed: bool | None = None  # followed up to the last day
    lost: bool | None = None
    seen_today: bool | None = None
    evaluated: Sequence[bool | None] = ()  # for each day on which a visit was owed: whether the contact was reached
    became_case: bool | None = None
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One case with the contacts that it named; None is not known or not yet."""

    onset_at: datetime | None = None
    sampled_at: datetime | None = None
    reported_at: datetime | None = None
    interviewed_at: datetime | None = None
    confirmed_at: datetime | None = None
    isolated_at: datetime | None = None
    was_contact: bool | None = None
    quarantined_at_onset: bool | None = None
    contacts: Sequence[Contact] = ()


@dataclass(frozen=True, slots=True)
class Delay:
    """Days from one stage to another: of how many cases, the median and the 90th percentile (None of nobody)."""

    stages: tuple[str, str]
    of: int
    median: float | None
    ninetieth: float | None


@dataclass(frozen=True, slots=True)
class Attack:
    """Secondary attack rate of one setting: `cases` among `persons` of whom it is known, with limits."""

    cases: int
    persons: int
    rate: Proportion


@dataclass(frozen=True, slots=True)
class Kpis:
    """All indicators of a period by code, contacts a case, delays between stages, and attack rates by setting."""

    indicators: Mapping[str, Indicator]
    contacts_per_case: float | None
    delays: Sequence[Delay]
    attack: Mapping[str, Attack]


def kpis(cases: Sequence[Case], *, now: datetime, hours: int = 24, complete_hours: int = 72) -> Kpis:
    """The indicators of section 7 of the definitions; `hours` and `complete_hours` are the limits of the playbook.

    Codes: reported, interviewed, notified (told and in quarantine), traced (all contacts of a case quarantined within
    `complete_hours` of its confirmation), known, known_in_quarantine, no_contacts, evaluated (daily), seen (today),
    completed, lost.
    """
    contacts = [contact for case in cases for contact in case.contacts]
    speed, whole = timedelta(hours=hours), timedelta(hours=complete_hours)
    over = [one for one in contacts if one.due_until is not None and one.due_until <= now]
    due = [one for one in contacts if one.due_until is None or one.due_until > now]
    found = [
        within("reported", [(one.sampled_at, one.reported_at) for one in cases], speed, now),
        within("interviewed", [(one.reported_at, one.interviewed_at) for one in cases], speed, now),
        within("notified", [(one.elicited_at, _reached(one)) for one in contacts], speed, now),
        within("traced", [(one.confirmed_at, _last_quarantined(one)) for one in cases if one.contacts], whole, now),
        share("known", [one.was_contact for one in cases]),
        share("known_in_quarantine", [_known_in_quarantine(one) for one in cases]),
        share("no_contacts", [not one.contacts for one in cases]),
        share("evaluated", [day for one in contacts for day in one.evaluated]),
        share("seen", [one.seen_today for one in due]),
        share("completed", [one.completed for one in over]),
        share("lost", [one.lost for one in contacts]),
    ]
    each = len(contacts) / len(cases) if cases else None
    return Kpis({one.code: one for one in found}, each, delays(cases), secondary_attack_rates(contacts))


def delays(cases: Sequence[Case]) -> list[Delay]:
    """Onset to report to isolation to the last contact's quarantine; an end before its start is unknown."""
    moments = {
        "onset": [one.onset_at for one in cases],
        "reported": [one.reported_at for one in cases],
        "isolated": [one.isolated_at for one in cases],
        "quarantined": [_last_quarantined(one) for one in cases],
    }
    pairs = pairwise(_STAGES)
    return [_delay((first, then), moments[first], moments[then]) for first, then in pairs]


def secondary_attack_rates(contacts: Sequence[Contact], *, level: float = 0.95) -> dict[str, Attack]:
    """Cases among contacts / contacts of whom it is known, by setting, with exact and Wilson limits."""
    known = [one for one in contacts if one.became_case is not None]
    settings = dict.fromkeys(one.setting for one in known)
    by_setting = {name: [one.became_case for one in known if one.setting == name] for name in settings}
    return {name: _attack([fell is True for fell in fates], level) for name, fates in by_setting.items()}


def _attack(fates: Sequence[bool], level: float) -> Attack:
    return Attack(sum(fates), len(fates), proportion(sum(fates), len(fates), level=level))


def _reached(contact: Contact) -> datetime | None:
    """When a contact was both told and in quarantine; None while one of the two is not."""
    if contact.notified_at is None or contact.quarantined_at is None:
        return None
    return max(contact.notified_at, contact.quarantined_at)


def _last_quarantined(case: Case) -> datetime | None:
    """When the last contact of a case was in quarantine; None while one is not."""
    moments = [contact.quarantined_at for contact in case.contacts]
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def _known_in_quarantine(case: Case) -> bool | None:
    if case.was_contact is False:
        return False
    return None if case.was_contact is None else case.quarantined_at_onset


def _delay(stages: tuple[str, str], first: Sequence[datetime | None], then: Sequence[datetime | None]) -> Delay:
    spans = [end - start for start, end in zip(first, then, strict=True) if start and end and end >= start]
    days = np.array([span / timedelta(days=1) for span in spans])
    if not len(days):
        return Delay(stages, 0, None, None)
    return Delay(stages, len(days), float(np.median(days)), float(np.quantile(days, 0.9)))
