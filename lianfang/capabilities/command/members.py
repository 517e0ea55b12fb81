"""The members of a version of a leading group as they are given (小组成员), read with every problem said at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from lianfang.capabilities.command.models import FUNCTIONS, GroupMember, GroupVersion, LeadingGroup, SubGroup
from lianfang.capabilities.command.models.group import CHAIR, MEMBER
from lianfang.domain.command.group import Step
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import one_line
from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import store
from lianfang.kernel.shapes import Entry, Member, among, said

MOST = 60  # members, or sub-groups, of one leading group
MEMBER_SHAPE = Entry(
    {
        "function": Member(str, CHAIR, more=among(dict(FUNCTIONS)) | {"default": MEMBER}),
        "name": Member(str, "组长", more=said("owed unless `account` names an account")),
        "account": Member(str, "leader", more=said("name of an account")),
        "duty": Member(str, "统筹", more=said("what the member is in charge of")),
    }
)
SUBGROUP_SHAPE = Entry(
    {
        "number": Member(str, "1", more={"type": ["string", "integer"], "description": "its place when left out"}),
        "name": Member(str, "消毒组", more=said("empty: a placeholder")),
        "lead": Member(str, "王某"),
        "duty": Member(str, "终末消毒"),
    }
)
ToldMember = Annotated[Mapping[str, Any], MEMBER_SHAPE]
ToldSubgroup = Annotated[Mapping[str, Any], SUBGROUP_SHAPE]
_MEMBER, _SUBGROUP = tuple(MEMBER_SHAPE.members), tuple(SUBGROUP_SHAPE.members)


def versioned(
    group: LeadingGroup, step: Step, members: Sequence[Mapping[str, Any]], subgroups: Sequence[Mapping[str, Any]]
) -> GroupVersion:
    """Store a version with these members. Refused `required`, `choice.unknown`, `group.chair`, `limit`, by place."""
    _check_sizes(members, subgroups)
    version = store(GroupVersion(unit=group.unit, group=group, number=step.version, since=step.day))
    found = Findings()
    for number, told in enumerate(members, 1):
        found.attempt(partial(_member, version, number, told), None)
    for number, told in enumerate(subgroups, 1):
        found.attempt(partial(_subgroup, version, number, told), None)
    found.close()
    return version


def _check_sizes(members: Sequence[Mapping[str, Any]], subgroups: Sequence[Mapping[str, Any]]) -> None:
    for name, told in (("members", members), ("subgroups", subgroups)):
        if len(told) > MOST:
            raise Refused("limit", name, high=MOST)
    if not members:
        raise Refused("required", "members")
    chairs = sum(isinstance(one, Mapping) and one.get("function") == CHAIR for one in members)
    if chairs != 1:
        raise Refused("group.chair", "members", found=chairs)


def _member(version: GroupVersion, number: int, told: Mapping[str, Any]) -> None:
    place = f"members[{number - 1}]"
    said = _texts(told, _MEMBER, place)
    function = said["function"] or MEMBER
    if function not in dict(FUNCTIONS):
        raise Refused("choice.unknown", f"{place}.function", choices=list(dict(FUNCTIONS)))
    account = Account.objects.filter(handle=said["account"], is_active=True).first() if said["account"] else None
    if said["account"] and account is None:
        raise Refused("scope", f"{place}.account")
    name = said["name"] or (account.name if account else "")
    if not name:
        raise Refused("required", f"{place}.name")
    row = GroupMember(unit=version.unit, version=version, number=number, function=function, account=account)
    row.name, row.duty = name, said["duty"]
    store(row)


def _subgroup(version: GroupVersion, number: int, told: Mapping[str, Any]) -> None:
    place = f"subgroups[{number - 1}]"
    said = _texts(told, _SUBGROUP, place)
    given = said.pop("number") or str(number)
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= MOST:
        raise Refused("number.out_of_range", f"{place}.number", low=1, high=MOST)
    store(SubGroup(unit=version.unit, version=version, number=int(given), **said))


def _texts(told: Mapping[str, Any], names: tuple[str, ...], place: str) -> dict[str, str]:
    if not isinstance(told, Mapping):
        raise Refused("type", place, expected="object")
    if unknown := set(told) - set(names):
        raise Refused("field.unknown", f"{place}.{min(unknown)}"[:60])
    return {name: one_line(told.get(name) or "", f"{place}.{name}") for name in names}
