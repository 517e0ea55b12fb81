"""What the actions of command, census, pairs and recall are tried with (指挥、摸底、结对、召回的动作参数)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianfang.capabilities.census.actions import describe_member, form_squad, list_household
from lianfang.capabilities.command.actions import (
    add_to_team,
    apply_template,
    appoint_to_slot,
    create_group,
    delegate_authority,
    form_team,
    suspend_group,
)
from lianfang.capabilities.pairs.actions import pair_up
from lianfang.capabilities.recall.actions import exempt_from_recall, order_recall, recall_person
from lianfang.capabilities.requirements.actions import add_requirement
from lianfang.domain.answers import PersonRef
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

CODE = "1-1-1-1-1-3-6-n"


def of_command(w: Any) -> dict[str, Any]:
    """Kind of action -> its arguments, over the near school."""
    with within(EVERYTHING):
        return {
            **_organisation(w),
            **_groups(w),
            **_teams(w),
            **_census(w),
            **_pairs(w),
            **_recall(w),
            **_requirements(w),
        }


def addresses_of_command(w: Any) -> dict[str, str]:
    """Every address of the area, made concrete for the near school."""
    with within(EVERYTHING):
        slot = apply_template(SYSTEM, unit=w.school, template=CODE).slots.order_by("id").first()
        door = list_household(SYSTEM, unit=w.school, area="东区", address="1")
        adults = [make.account(w.school, Role.SCREENER) for _ in range(2)]
        (pairing,) = pair_up(SYSTEM, unit=w.school, people=[w.pupil], adults=adults)
        back = at(0, day=DAY + timedelta(days=3))
        order = order_recall(SYSTEM, unit=w.school, title="召回", reason="x", back_before=back)
        task = add_requirement(SYSTEM, unit=w.school, collection="key-tasks", text="x")
    code = w.school.code
    areas = {"command": ("new-group", "appoint", slot), "census": ("record", "visit", door)}
    areas |= {"pairs": ("make", "end", pairing), "recall": ("new", "name", order)}
    areas |= {"requirements": ("import", "assign", task)}
    found = {
        "census/<str:code>/doors/<int:number>": f"/census/{code}/doors/{door.pk}",
        "pairs/<str:code>/contacts/<uuid:number>": f"/pairs/{code}/contacts/{pairing.pk}",
    }
    for area, (deed, about, row) in areas.items():
        found[f"{area}/<str:code>"] = f"/{area}/{code}"
        found[f"{area}/<str:code>/<str:deed>"] = f"/{area}/{code}/{deed}"
        found[f"{area}/<str:code>/<str:deed>/<str:number>"] = f"/{area}/{code}/{about}/{row.pk}"
    return found


def _requirements(w: Any) -> dict[str, Any]:
    task = add_requirement(SYSTEM, unit=w.school, collection="key-tasks", text="x")
    return {
        "requirements.imported": {"unit": w.school, "collection": "five-words"},
        "requirement.added": {"unit": w.school, "collection": "key-tasks", "text": "x"},
        "requirement.assigned": {"item": task, "owner": "x"},
        "requirement.closed": {"item": task, "evidence": "x"},
    }


def _organisation(w: Any) -> dict[str, Any]:
    school = w.school
    made = apply_template(SYSTEM, unit=w.klass, template=CODE)
    held, vacant = made.slots.order_by("id")[:2]
    appoint_to_slot(SYSTEM, slot=held, name="某职")
    return {
        "organisation.applied": {"unit": school, "template": CODE},
        "organisation.ended": {"organisation": made, "reason": "x"},
        "slot.added": {"organisation": made, "name": "x"},
        "slot.appointed": {"slot": vacant, "name": "某职"},
        "slot.vacated": {"slot": held, "reason": "x"},
    }


def _groups(w: Any) -> dict[str, Any]:
    members = [{"function": "chair", "name": "组长"}]
    active = create_group(SYSTEM, unit=w.school, name="甲", members=members)
    paused = create_group(SYSTEM, unit=w.school, name="乙", members=members)
    suspend_group(SYSTEM, group=paused)
    times = {"since": at(13), "until": at(14)}
    given = delegate_authority(SYSTEM, group=active, account=w.somebody, **times)
    later = {"since": at(15), "until": at(16)}
    return {
        "group.created": {"unit": w.school, "name": "丙", "members": members},
        "group.suspended": {"group": active},
        "group.reactivated": {"group": paused},
        "group.changed": {"group": active, "members": members},
        "group.closed": {"group": active},
        "authority.delegated": {"group": active, "account": w.somebody, **later},
        "delegation.ended": {"delegation": given},
        "decision.recorded": None,
    }


def _teams(w: Any) -> dict[str, Any]:
    team = form_team(SYSTEM, unit=w.school, code="T", name="队", organisations=["甲", "乙"])
    first = team.unit.children.order_by("code").first()
    new = make.member(w.klass)
    member = add_to_team(SYSTEM, team=team, organisation=first, person=w.pupil, position="队员")
    return {
        "team.formed": {"unit": w.school, "code": "T2", "name": "队", "organisations": ["甲"]},
        "team.joined": {"team": team, "organisation": first, "person": new, "position": "队员"},
        "team.left": {"member": member, "reason": "x"},
        "team.closed": {"team": team},
    }


def _census(w: Any) -> dict[str, Any]:
    school = w.school
    squad = form_squad(SYSTEM, unit=school, name="1队", areas=["东区"])
    door = list_household(SYSTEM, unit=school, area="东区", address="1")
    member = describe_member(SYSTEM, household=door, described="一人", kind="resident")
    stranger = PersonRef(
        id_type="none", identity=None, id_reason="x", name="租客", phone="", birth_date=None, guardian_notice=None,
        ref="",
    )  # fmt: skip
    return {
        "squad.formed": {"unit": school, "name": "2队", "areas": ["西区"]},
        "squad.ended": {"squad": squad},
        "household.listed": {"unit": school, "area": "东区", "address": "2"},
        "household.recorded": {"unit": school, "area": "东区", "address": "3", "state": "verified"},
        "household.visited": {"household": door, "state": "verified"},
        "household.member_entered": {"household": door, "who": stranger, "kind": "tenant"},
        "household.member_described": {"household": door, "described": "一人", "kind": "tenant"},
        "household.member_left": {"member": member, "left_on": DAY},
        "movement.declared": {"unit": w.klass, "person": w.pupil, "whereabouts": "省外", "left_on": DAY},
    }


def _pairs(w: Any) -> dict[str, Any]:
    adults = [make.account(w.klass, Role.SCREENER) for _ in range(3)]
    (pairing,) = pair_up(SYSTEM, unit=w.klass, people=[w.pupil], adults=adults)
    other = next(a for a in adults if a.pk not in (pairing.responsible_id, pairing.backup_id))
    return {
        "pairs.made": {"unit": w.klass, "people": [make.member(w.klass)], "adults": adults},
        "pair.handed_on": {"pairing": pairing, "responsible": other, "reason": "x"},
        "pair.ended": {"pairing": pairing, "reason": "x"},
        "pair.contacted": {"pairing": pairing, "result": "reached"},
    }


def _recall(w: Any) -> dict[str, Any]:
    back = at(0, day=DAY + timedelta(days=3))
    order = order_recall(SYSTEM, unit=w.school, title="召回", reason="x", back_before=back)
    one, other = (
        recall_person(SYSTEM, order=order, person=who, whereabouts="省外") for who in (w.pupil, make.member(w.klass))
    )
    exempt_from_recall(SYSTEM, recalled=other, evidence="x", level="high")
    return {
        "recall.ordered": {"unit": w.school, "title": "召回", "reason": "x", "back_before": back},
        "recall.named": {"order": order, "person": make.member(w.klass), "whereabouts": "省外"},
        "recall.exempted": {"recalled": one, "evidence": "x", "level": "high"},
        "recall.exemption_lifted": {"recalled": other, "reason": "x"},
        "recall.exemption_kept": {"recalled": other, "reason": "x"},
        "recall.returned": {"recalled": one},
        "recall.lifted": {"order": order, "reason": "x"},
    }
