"""What may be done with the tree of units (单位管理)."""

from __future__ import annotations

from datetime import date, timedelta

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import INSTALLER, action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units, move
from lianfang.kernel.people.models import Membership, on_roster
from lianfang.kernel.people.ops import enrol
from lianfang.kernel.scope import EVERYTHING, within

KEEPERS = (Role.ADMINISTRATOR, Role.OFFICER)
LINES = ("territory", "sector")
# Kinds whose people answer in the unit itself.
ROSTER_KINDS = frozenset({"class", "division", "group"})
# Kinds that are counted through their superior's report, not by one of their own.
SILENT_KINDS = frozenset({"class", "group"})


@action("unit.opened", by=KEEPERS, over="parent", facts=("code", "kind"))
def open_unit(
    by: Actor,
    *,
    parent: Unit,
    code: str,
    name: str,
    kind: str,
    name_en: str = "",
    sector_parent: Unit | None = None,
    opened_on: date | None = None,
) -> Unit:
    """Open a unit under a superior, from a day on."""
    if Unit.objects.filter(code=code).exists():
        raise Refused("unit.exists", "code")
    unit = Unit(
        code=code,
        name=name,
        name_en=name_en,
        kind=kind,
        parent=parent,
        sector_parent=sector_parent,
        zone_name=parent.zone_name,
        opened_on=opened_on or clock.today(parent.zone),
        reports=kind not in SILENT_KINDS,
        keeps_roster=kind in ROSTER_KINDS,
    )
    return add_units([unit])[0]


@action("unit.founded", over=INSTALLER, facts=("code", "kind"))
def found_root(by: Actor, *, code: str, name: str, kind: str, name_en: str = "", opened_on: date) -> Unit:
    """Found the root of a tree; only the installer does."""
    if Unit.objects.filter(code=code).exists():
        raise Refused("unit.exists", "code")
    return add_units(
        [Unit(code=code, name=name, name_en=name_en, kind=kind, opened_on=opened_on, keeps_roster=kind in ROSTER_KINDS)]
    )[0]


@action("unit.changed", by=KEEPERS, over="unit", facts=("name", "phone"))
def change_unit(by: Actor, *, unit: Unit, name: str, name_en: str = "", phone: str = "") -> Unit:
    """Change a unit's name or the phone of its office."""
    unit.name, unit.name_en, unit.phone = name, name_en, phone
    return store(unit)


@action("unit.moved", by=KEEPERS, over="unit", facts=("unit", "line", "since"))
def move_unit(by: Actor, *, unit: Unit, new_parent: Unit, since: date, line: str = "territory") -> Unit:
    """Move a unit under another superior from a day on; its history stays where it was."""
    if line not in LINES:
        raise Refused("choice.unknown", "line", choices=LINES)
    if not by.system and not by.holds(KEEPERS, new_parent):
        raise Refused("scope", "new_parent")
    return move(unit, new_parent, line=line, on=since, today=clock.today(unit.zone))


@action("unit.merged", by=KEEPERS, over="unit", facts=("unit", "into", "since"))
def merge_unit(by: Actor, *, unit: Unit, into: Unit, since: date) -> Unit:
    """Merge a unit into another from a day on; its people move with it, its history stays."""
    if not by.system and not by.holds(KEEPERS, into):
        raise Refused("scope", "into")
    if unit.covers(into) or unit.children.filter(closed_on__isnull=True).exists():
        raise Refused("unit.circular", "into")
    with within(EVERYTHING):
        _move_people(unit, into, since)
    unit.closed_on, unit.merged_into = since - timedelta(days=1), into
    return store(unit)


def _move_people(unit: Unit, into: Unit, since: date) -> None:
    for membership in Membership.objects.filter(on_roster(since), unit=unit).select_related("person"):
        enrol(
            membership.person,
            into,
            membership.kind,
            since,
            number=membership.number,
            employer=membership.employer,
            shift_starts=membership.shift_starts,
        )
        membership.until = max(membership.since, since - timedelta(days=1))
        membership.save(update_fields=["until"])


@action("unit.closed", by=KEEPERS, over="unit", facts=("unit", "last_day"))
def close_unit(by: Actor, *, unit: Unit, last_day: date) -> Unit:
    """Close a unit after a last day."""
    if unit.children.filter(closed_on__isnull=True).exists():
        raise Refused("unit.has_children", "unit")
    unit.closed_on = last_day
    return store(unit)
