"""Roles (角色) and what each may see: figures of a unit, people of a unit, health details of a child."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A duty that somebody holds over a unit for a time."""

    CLASS_HEAD = "class_head"
    SCREENER = "screener"
    DOCTOR = "doctor"
    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    AUDITOR = "auditor"
    LIAISON = "liaison"
    NURSE = "nurse"
    SITE_MANAGER = "site_manager"
    KITCHEN = "kitchen"
    LOGISTICIAN = "logistician"
    CREW = "crew"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Sight:
    """What holding a role lets one see below the unit it is held over."""

    people: bool  # names and masked identifiers of the people there
    health: bool  # answers about a person
    children: bool  # the same about a child: guardian, class head and doctor only (T05)
    rank: int  # one may grant roles of at most one's own rank
    exchange: bool = False  # cases exchanged with another authority, and what differs (U08: items under verification)
    figures: bool = True  # anything of the unit besides the exchange
    reports: bool = True  # how its people are, be it in figures; who only serves a unit sees its own work


SIGHTS: dict[Role, Sight] = {
    Role.CLASS_HEAD: Sight(people=True, health=True, children=True, rank=1),
    Role.SCREENER: Sight(people=True, health=True, children=False, rank=1),
    Role.DOCTOR: Sight(people=True, health=True, children=True, rank=2),
    Role.DUTY_OFFICER: Sight(people=True, health=True, children=False, rank=2, exchange=True),
    Role.LEADER: Sight(people=True, health=False, children=False, rank=3),
    Role.ADMINISTRATOR: Sight(people=True, health=False, children=False, rank=4, exchange=True),
    Role.OFFICER: Sight(people=False, health=False, children=False, rank=4, exchange=True),
    Role.AUDITOR: Sight(people=False, health=False, children=False, rank=1),
    Role.LIAISON: Sight(people=False, health=False, children=False, rank=1, exchange=True, figures=False),
    Role.NURSE: Sight(people=True, health=True, children=False, rank=1),  # of a child the stay, not the class answers
    Role.SITE_MANAGER: Sight(people=True, health=False, children=False, rank=3),
    Role.KITCHEN: Sight(people=False, health=False, children=False, rank=1, reports=False),
    Role.LOGISTICIAN: Sight(people=False, health=False, children=False, rank=1, reports=False),
    Role.CREW: Sight(people=False, health=False, children=False, rank=1, reports=False),
    Role.GUARD: Sight(people=False, health=False, children=False, rank=1, reports=False),
}

REPORTERS = (Role.CLASS_HEAD, Role.SCREENER, Role.DUTY_OFFICER)
"""Who answers for a unit's people; offices see counts, not people."""
SIGNERS = (Role.SCREENER, Role.CLASS_HEAD, Role.DUTY_OFFICER, Role.LEADER, Role.OFFICER)
"""Who may sign a unit's report."""
SUPERVISORS = (Role.DUTY_OFFICER, Role.LEADER, Role.OFFICER)
"""Who may send a lower unit's report back or chase it."""
EVERYONE = tuple(role for role in Role if SIGHTS[role].figures and SIGHTS[role].reports)
"""Whoever may open ordinary lists; the liaison of another authority sees what is exchanged, and nothing else."""
SERVICES = tuple(role for role in Role if SIGHTS[role].figures)
"""Whoever works for a unit, kitchen, stores, crew and gate among them: rooms, orders, stock, nothing about people."""
EXCHANGE = tuple(role for role in Role if SIGHTS[role].exchange)
"""Who sees the cases exchanged under an agreement, and what differs."""


def may_grant(own: Role, wanted: Role) -> bool:
    """One may hand out roles up to one's own rank, if one administers or directs at all."""
    return own in (Role.ADMINISTRATOR, Role.OFFICER, Role.LEADER) and SIGHTS[wanted].rank <= SIGHTS[own].rank
