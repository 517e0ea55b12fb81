"""What may be done on the page of the organisation (指挥组织操作): slots, leading groups, delegations, teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianfang.capabilities.command.actions import (
    add_open_slot,
    add_to_team,
    apply_template,
    appoint_to_slot,
    as_of,
    change_group,
    close_group,
    close_team,
    create_group,
    delegate_authority,
    end_delegation,
    end_organisation,
    form_team,
    reactivate_group,
    record_decision,
    suspend_group,
    vacate_slot,
)
from lianfang.capabilities.command.models import (
    FUNCTIONS,
    REACHES,
    Delegation,
    Holding,
    LeadingGroup,
    Organisation,
    Slot,
    Team,
)
from lianfang.capabilities.command.templates import templates
from lianfang.domain.roles import Role
from lianfang.interfaces.web.views.command_forms import Ask, Deed, accounts_of, lines, named, nothing, reason, somebody
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import ROLE_NAMES
from lianfang.kernel.orgs.models import Unit

PARTS = 3  # of a line about a member: function, name, duty
_WORDS = {
    "组长": "chair", "副组长": "deputy", "成员": "member", "chair": "chair", "deputy": "deputy",
    "deputy chair": "deputy", "member": "member",
}  # fmt: skip
_TEAM_ROLES = (Role.DUTY_OFFICER, Role.SCREENER, Role.NURSE, Role.DOCTOR, Role.AUDITOR)


def _apply(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    english = get_language() == "en"
    return [Ask("template", "select", [(t.code, t.en if english else t.zh) for t in templates().values()])]


def _slot(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [named(), Ask("name_en", required=False)]


def _appoint(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [
        Ask("account", "select", accounts_of(unit), required=False),
        Ask("name", required=False, hint=_("For somebody without an account: the function is enough")),
        Ask("phone", "tel", required=False),
        Ask("home", required=False),
    ]


def _holder(row: Any) -> Sequence[tuple[Any, Any]]:
    held = Holding.objects.filter(slot=row, until__isnull=True).first()
    return [(_("Holder"), held.name)] if held else []


def _authority(row: Any) -> Sequence[tuple[Any, Any]]:
    return [(_("Delegate"), row.name), (_("Leading group"), row.group)]


def _team(row: Any) -> Sequence[tuple[Any, Any]]:
    return [(_("Temporary team"), row.unit)]


def _new_group(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [named(), Ask("name_en", required=False), *_membership("", ""), *_dated()]


def _dated() -> list[Ask]:
    return [Ask("day", "date", required=False, hint=_("From which day; empty is today")), Ask("basis", required=False)]


def _steps(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return _dated()


def _membership(members: str, subgroups: str, *, required: bool = True) -> list[Ask]:
    how = _("One a line: function, name, duty. Function is chair, deputy or member; @ before a name means an account")
    placeholder = _("One a line: name, led by, duty. A line with just a dash is a sub-group that has no name yet")
    return [
        Ask("members", "textarea", required=required, hint=how, value=members),
        Ask("subgroups", "textarea", required=False, hint=placeholder, value=subgroups),
    ]


def _regroup(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [*_membership(*_as_told(row)), *_dated()]


def _reactivate(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [*_membership(*_as_told(row)), *_dated()]


def _as_told(group: LeadingGroup) -> tuple[str, str]:
    """The members and sub-groups in force, as lines that can be changed."""
    version = as_of(group, clock.today(group.unit.zone)).version
    if version is None:
        return "", ""
    words = dict(FUNCTIONS)
    members = [
        ", ".join(
            filter(None, (str(_word(m.function, words)), f"@{m.account.handle}" if m.account else m.name, m.duty))
        )
        for m in version.members.select_related("account").order_by("number")
    ]
    named = version.subgroups.order_by("number")
    return "\n".join(members), "\n".join(", ".join(filter(None, (s.name, s.lead, s.duty))) or "-" for s in named)


def _word(function: str, words: Mapping[str, Any]) -> str:
    return function if get_language() == "en" else {"chair": "组长", "deputy": "副组长"}.get(function, "成员")


def members_of(text: str) -> list[dict[str, str]]:
    """Members from lines "function, name, duty"; what stands alone is a name."""
    return [_member_of([part.strip() for part in _parts(line)]) for line in lines(text)]


def _member_of(parts: list[str]) -> dict[str, str]:
    function = _WORDS.get(parts[0].lower(), "") if len(parts) > 1 else ""
    name, *rest = parts[1:] if function else parts
    told = {"account": name[1:]} if name.startswith("@") else {"name": name}
    return {"function": function or "member", **told, "duty": "、".join(rest)}


def subgroups_of(text: str) -> list[dict[str, str]]:
    """Sub-groups from lines "name, led by, duty"; a dash is one without a name."""
    found = []
    for number, line in enumerate(lines(text), 1):
        name, lead, *rest = [*(part.strip() for part in _parts(line)), "", ""][: PARTS + 1]
        name = "" if name in ("-", "—", "－") else name
        found.append({"number": str(number), "name": name, "lead": lead, "duty": "".join(rest)})
    return found


def _parts(line: str) -> list[str]:
    return line.replace("，", ",").replace("\t", ",").split(",")


def _delegate(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [
        Ask("account", "select", accounts_of(unit), label=_("Delegate")),
        Ask("since", "datetime-local"),
        Ask("until", "datetime-local"),
        Ask("matters", required=False),
    ]


def _decide(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("text", hint=_("Decided now, as chair or by delegation"))]


def _form_team(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    sites = [(one.code, str(one)) for one in unit.children.filter(kind="site", closed_on__isnull=True)]
    return [
        Ask("code"),
        named(),
        Ask("name_en", required=False),
        Ask("organisations", "textarea", hint=_("One a line")),
        Ask("purpose", required=False),
        *([Ask("site", "select", sites, required=False, hint=_("The team closes with it"))] if sites else []),
    ]


def _join(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [
        Ask("organisation", "select", [(one.code, str(one)) for one in row.unit.children.order_by("code")]),
        somebody(unit),
        Ask("position"),
        Ask("reach", "select", REACHES, value="none"),
        Ask("account", "select", accounts_of(unit), required=False),
        Ask("role", "select", [(one.value, ROLE_NAMES[one]) for one in _TEAM_ROLES], required=False),
    ]


_GROUP: Mapping[str, Any] = {"model": LeadingGroup, "row": "group"}
_LISTS = {"members": members_of, "subgroups": subgroups_of}
DEEDS: Mapping[str, Deed] = {
    "apply": Deed(apply_template, _apply),
    "add-slot": Deed(add_open_slot, _slot, Organisation, "organisation"),
    "stand-down": Deed(end_organisation, reason, Organisation, "organisation", danger=True),
    "appoint": Deed(appoint_to_slot, _appoint, Slot, "slot"),
    "vacate": Deed(vacate_slot, reason, Slot, "slot", facts=_holder),
    "new-group": Deed(create_group, _new_group, lists=_LISTS),
    "change": Deed(change_group, _regroup, **_GROUP, lists=_LISTS),
    "suspend": Deed(suspend_group, _steps, **_GROUP),
    "reactivate": Deed(reactivate_group, _reactivate, **_GROUP, lists=_LISTS),
    "close": Deed(close_group, _steps, **_GROUP, danger=True),
    "delegate": Deed(delegate_authority, _delegate, **_GROUP),
    "take-back": Deed(end_delegation, nothing, Delegation, "delegation", facts=_authority),
    "decide": Deed(record_decision, _decide, **_GROUP),
    "new-team": Deed(form_team, _form_team, lists={"organisations": lines}),
    "join": Deed(add_to_team, _join, Team, "team", facts=_team),
    "close-team": Deed(close_team, reason, Team, "team", facts=_team, danger=True),
}  # fmt: skip
"""By the last part of the address: what may be done."""
