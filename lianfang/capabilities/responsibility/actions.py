"""What may be done about responsibility (责任管理): naming, marking on post, owning zones."""

from __future__ import annotations

from lianfang.capabilities.responsibility.models import PostMark, Responsible, Zone
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit

KEEPERS = (Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER)


@action("responsible.named", by=KEEPERS, over="unit", facts=("unit",))
def name_responsible(by: Actor, *, unit: Unit, name: str, deputy: str = "", phone: str = "") -> Responsible:
    """Name a unit's first responsible person; the one before steps down today."""
    today = clock.today(unit.zone)
    Responsible.objects.filter(unit=unit, until__isnull=True).update(until=today)
    return store(Responsible(unit=unit, name=name, deputy=deputy, phone=phone, since=today))


@action("responsible.stepped_down", by=KEEPERS, over="unit", facts=("unit",))
def step_down(by: Actor, *, unit: Unit) -> Unit:
    """End the duty of a unit's first responsible person without naming the next."""
    Responsible.objects.filter(unit=unit, until__isnull=True).update(until=clock.today(unit.zone))
    return unit


@action("post.marked", by=(*KEEPERS, Role.DUTY_OFFICER), over="unit", facts=("unit", "on_post"))
def mark_on_post(by: Actor, *, unit: Unit, on_post: bool) -> PostMark:
    """Say whether the unit's first responsible person is on post."""
    return store(PostMark(unit=unit, on_post=on_post, at=clock.now(), by=by.name))


@action("zone.assigned", by=KEEPERS, over="unit", facts=("unit", "name"))
def assign_zone(by: Actor, *, unit: Unit, name: str, owner: str = "", backup: str = "") -> Zone:
    """Give a zone of the premises its owner and backup; an empty owner leaves it open."""
    zone = Zone.objects.filter(unit=unit, name=name).first() or Zone(unit=unit, name=name)
    zone.owner, zone.backup = owner, backup
    return store(zone)
