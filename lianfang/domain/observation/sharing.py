"""Who may share a room (同住): one person a room; who may not be alone stays with one of their own, for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from lianfang.domain.identity import age_on
from lianfang.domain.observation.terms import Terms
from lianfang.domain.refusals import Refused

PREGNANT, ILL, DEPENDENT, ACCESSIBLE = "pregnant", "seriously_ill", "dependent", "accessible_room"
NEEDS = (PREGNANT, ILL, DEPENDENT, ACCESSIBLE)
CARED_FOR = frozenset({PREGNANT, ILL, DEPENDENT})  # rules 3.2: who may not be alone, besides children


@dataclass(frozen=True, slots=True)
class Guest:
    """What decides on a room: who (any key), born when if known, the party, what they need, and who stays with them."""

    key: str
    born: date | None = None
    party: str = ""
    needs: frozenset[str] = field(default=frozenset())
    companion: str = ""  # key of the person who stays with them


def may_be_alone(guest: Guest, day: date, terms: Terms) -> bool:
    """Whether the guest can have a room to themselves; of an age that is not known nothing is assumed."""
    return not (is_child(guest, day, terms) or guest.needs & CARED_FOR)


def is_child(guest: Guest, day: date, terms: Terms) -> bool:
    """Whether the guest is of an age at which one stays with a guardian."""
    return guest.born is not None and age_on(guest.born, day) <= terms.share_max_age


def check_room(guest: Guest, present: Sequence[Guest], *, day: date, terms: Terms, reason: str) -> None:
    """Refuse a room that the guest may not have.

    Refused: `stay.alone` (who may not be alone, and nobody is there), `stay.strangers`, `stay.sharing` (nobody here
    needs company, or nobody is their companion), `stay.reason` (an exception without its reason).
    """
    if not present:
        if not may_be_alone(guest, day, terms) and not reason.strip():
            raise Refused("stay.alone", "reason")
        return
    if any(one.party != guest.party or not guest.party for one in present):
        raise Refused("stay.strangers", "room")
    if not _kept_company([guest, *present], day, terms):
        raise Refused("stay.sharing", "room")
    if not reason.strip():
        raise Refused("stay.reason", "reason")


def _kept_company(together: Sequence[Guest], day: date, terms: Terms) -> bool:
    """Exactly one able person, and everybody else needs company and has them as companion."""
    able = [one for one in together if may_be_alone(one, day, terms)]
    others = [one for one in together if one not in able]
    return len(able) == 1 and bool(others) and all(able[0].key in _companions(one, able) for one in others)


def _companions(guest: Guest, able: Iterable[Guest]) -> set[str]:
    named = {guest.companion} if guest.companion else set()
    return named | {one.key for one in able if one.companion == guest.key}
