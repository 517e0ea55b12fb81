"""What may be done with an organisation (组织与岗位): apply a template, add open slots, appoint, vacate (row A01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from lianfang.capabilities.command.models import Holding, Organisation, Slot
from lianfang.capabilities.command.templates import template_named
from lianfang.domain.command.template import OPEN, Deviation, deviations
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person

KEEPERS = (Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER, Role.SITE_MANAGER)
"""The command office: who says who leads."""


@action("organisation.applied", by=KEEPERS, over="unit", facts=("unit", "template"))
def apply_template(by: Actor, *, unit: Unit, template: str) -> Organisation:
    """Give a unit the slots of a template, all of them vacant."""
    told, at = template_named(template), clock.now()
    if Organisation.objects.filter(unit=unit, until__isnull=True).exists():
        raise Refused("organisation.exists", "unit")
    made = store(Organisation(unit=unit, template=told.code, edition=told.edition, since=at))
    first: dict[str, Slot] = {}
    for one in told.planned():
        slot = store(
            Slot(
                unit=unit, organisation=made, kind=one.kind, number=one.number, name=one.zh, name_en=one.en,
                parent=first.get(one.under), since=at,
            )
        )  # fmt: skip
        first.setdefault(one.kind, slot)
    return made


@action("organisation.ended", by=KEEPERS, over="organisation")
def end_organisation(by: Actor, *, organisation: Organisation, reason: str) -> Organisation:
    """Stand an organisation down: every holder leaves, and its history stays."""
    held, at = Organisation.objects.select_for_update().get(pk=organisation.pk), clock.now()
    if held.until is not None:
        raise Refused("organisation.ended", "organisation")
    leaving = Holding.objects.filter(slot__organisation=held, until__isnull=True)
    leaving.update(until=at, because=reason[:120])
    held.until = at
    return store(held)


@action("slot.added", by=KEEPERS, over="organisation", facts=("name",))
def add_open_slot(by: Actor, *, organisation: Organisation, name: str, name_en: str = "") -> Slot:
    """Add an open slot beyond the template (N), for whatever this emergency needs."""
    held = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if held.until is not None:
        raise Refused("organisation.ended", "organisation")
    under = held.slots.filter(kind=template_named(held.template).open_under).order_by("number").first()
    number = (held.slots.filter(kind=OPEN).aggregate(most=Max("number"))["most"] or 0) + 1
    slot = Slot(organisation=held, unit=held.unit, kind=OPEN, number=number, name=name, name_en=name_en, parent=under)
    slot.since = clock.now()
    return store(slot)


@action("slot.appointed", by=KEEPERS, over="slot", facts=("slot",))
def appoint_to_slot(
    by: Actor, *, slot: Slot, account: Account | None = None, person: Person | None = None, name: str = "",
    phone: str = "", home_unit: Unit | None = None, home: str = "",
) -> Holding:  # fmt: skip
    """Give a vacant slot its holder: an account, a person, or somebody outside named by function."""
    held = _locked(slot)
    shown = name or (account.name if account else "") or (person.name if person else "")
    if not shown:
        raise Refused("required", "name")
    if held.holdings.filter(until__isnull=True).exists():
        raise Refused("slot.taken", "slot")
    return store(
        Holding(
            unit=held.unit, slot=held, account=account, person=person, name=shown, home_unit=home_unit, home=home,
            phone=phone or (account.phone if account else ""), since=clock.now(),
        )
    )  # fmt: skip


@action("slot.vacated", by=KEEPERS, over="slot", facts=("slot",))
def vacate_slot(by: Actor, *, slot: Slot, reason: str) -> Holding:
    """Let the holder of a slot go; the vacancy shows at once."""
    holding = _locked(slot).holdings.filter(until__isnull=True).first()
    if holding is None:
        raise Refused("slot.vacant", "slot")
    holding.until, holding.because = clock.now(), reason[:120]
    return store(holding)


def _locked(slot: Slot) -> Slot:
    """The slot, nobody else changing it meanwhile; refused when its organisation has been stood down."""
    held = Slot.objects.select_for_update(of=("self",)).select_related("unit", "organisation").get(pk=slot.pk)
    if held.organisation.until is not None:
        raise Refused("organisation.ended", "slot")
    return held


@dataclass(frozen=True, slots=True)
class Post:
    """A slot at a moment, and who held it; None is a vacancy."""

    slot: Slot
    holding: Holding | None


@dataclass(frozen=True, slots=True)
class Board:
    """An organisation at a moment: every slot in the chain of command, and where it differs from its template."""

    organisation: Organisation
    posts: tuple[Post, ...]
    errors: tuple[Deviation, ...]

    @property
    def vacant(self) -> tuple[Post, ...]:
        """The slots without a holder."""
        return tuple(post for post in self.posts if post.holding is None)


def board(unit: Unit, at: datetime) -> Board | None:
    """The organisation of a unit at a moment; None when there was none."""
    there = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    organisation = Organisation.objects.filter(there, unit=unit).first()
    if organisation is None:
        return None
    slots = list(organisation.slots.filter(there).order_by("id"))
    held = Holding.objects.filter(there, slot__in=slots).select_related("home_unit")
    holdings = {one.slot_id: one for one in held}
    posts = tuple(Post(slot, holdings.get(slot.pk)) for slot in slots)
    errors = deviations(template_named(organisation.template), (slot.kind for slot in slots))
    return Board(organisation, posts, errors)
