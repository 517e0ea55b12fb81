"""What may be done with a temporary team (联合团队): form it, join, leave, close it (row A03)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from lianfang.capabilities.command.models import Team, TeamMember
from lianfang.capabilities.command.organisations import KEEPERS
from lianfang.domain.command.contingent import Reach
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SIGHTS, Role, may_grant
from lianfang.kernel import clock
from lianfang.kernel.accounts import ops as accounts
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units, under
from lianfang.kernel.people import ops as people
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.reporting.tally import recount_since
from lianfang.kernel.scope import EVERYTHING, within

TERM = timedelta(days=180)  # the longest a role lasts without being given again, as for any other role


@action("team.formed", by=KEEPERS, over="unit", facts=("unit", "code"))
def form_team(
    by: Actor, *, unit: Unit, code: str, name: str, organisations: Sequence[str], name_en: str = "", purpose: str = "",
    site: Unit | None = None,
) -> Team:  # fmt: skip
    """Form a temporary team under a unit, with a group for each organisation; it closes with `site`."""
    if not organisations:
        raise Refused("required", "organisations")
    codes = [code, *(f"{code}-{number}" for number in range(1, len(organisations) + 1))]
    if Unit.objects.filter(code__in=codes).exists():
        raise Refused("unit.exists", "code")
    today = clock.today(unit.zone)
    top = _unit(unit, code, name, name_en, "team", today)
    groups = [_unit(top, own, said, "", "group", today) for own, said in zip(codes[1:], organisations, strict=True)]
    add_units([top, *groups])
    return store(Team(unit=top, purpose=purpose, site=site, formed_on=today))


def _unit(parent: Unit, code: str, name: str, name_en: str, kind: str, opened_on: date) -> Unit:
    """A unit without a report of its own: the members of a team are counted where they come from."""
    return Unit(
        code=code, name=name, name_en=name_en, kind=kind, parent=parent, zone_name=parent.zone_name,
        opened_on=opened_on, reports=False, keeps_roster=kind == "group",
    )  # fmt: skip


@action("team.joined", by=KEEPERS, over="team", facts=("organisation", "position", "role", "reach"))
def add_to_team(
    by: Actor, *, team: Team, organisation: Unit, person: Person, position: str, home_unit: Unit | None = None,
    account: Account | None = None, role: str = "", reach: str = Reach.NONE,
) -> TeamMember:  # fmt: skip
    """Take somebody into a team, for one of its organisations; with a role, what may be seen ends with the team."""
    held = _open(team)
    if organisation.parent_id != held.unit_id:
        raise Refused("team.organisation", "organisation")
    if reach not in set(Reach):
        raise Refused("choice.unknown", "reach", choices=[one.value for one in Reach])
    if TeamMember.objects.filter(team=held, person=person, until__isnull=True).exists():
        raise Refused("team.member_already", "person")
    grant = _granted(by, held, organisation, account, role, Reach(reach))
    today = clock.today(held.unit.zone)
    _enrol(person, organisation, home_unit, today)
    return store(
        TeamMember(
            unit=organisation, team=held, person=person, home_unit=home_unit, position=position, reach=reach,
            account=account, grant=grant, since=today,
        )
    )  # fmt: skip


def _granted(
    by: Actor, team: Team, organisation: Unit, account: Account | None, role: str, reach: Reach
) -> Grant | None:
    """The role that goes with the place in the team, over the own organisation's members or the whole team."""
    if reach == Reach.NONE:
        return None
    if account is None:
        raise Refused("required", "account")
    if role not in set(Role):
        raise Refused("choice.unknown" if role else "required", "role")
    if account.pk == by.account_id:
        raise Refused("flow.own_request", "account")
    own = [post.role for post in by.posts if post.unit.covers(team.unit)]
    if not by.system and not _may_give(own, Role(role)):
        raise Refused("scope", "role")
    granter = Account.objects.filter(pk=by.account_id).first() if by.account_id else None
    return accounts.grant(account, role, organisation if reach == Reach.OWN else team.unit, lasts=TERM, by=granter)


def _may_give(own: Sequence[Role], wanted: Role) -> bool:
    """By rank, as everywhere; whoever leads a site may give roles of a lower rank there."""
    leads = Role.SITE_MANAGER in own and SIGHTS[wanted].rank < SIGHTS[Role.SITE_MANAGER].rank
    return leads or any(may_grant(one, wanted) for one in own)


def _enrol(person: Person, organisation: Unit, home_unit: Unit | None, today: date) -> None:
    """On the roster of the team, unless the person goes on answering at home."""
    with within(EVERYTHING):
        at_home = home_unit is not None and people.is_member(person.pk, home_unit, today)
        if not at_home and not people.is_member(person.pk, organisation, today):
            people.enrol(person, organisation, "staff", today)
            recount_since(organisation, today)


@action("team.left", by=KEEPERS, over="member", facts=("reason",))
def leave_team(by: Actor, *, member: TeamMember, reason: str) -> TeamMember:
    """Let somebody leave a team; the role that came with it ends now."""
    held = TeamMember.objects.select_for_update(of=("self",)).select_related("unit").get(pk=member.pk)
    if held.until is not None:
        raise Refused("team.left_already", "member")
    _end(Q(pk__in=TeamMember.objects.filter(pk=held.pk).values("grant")))
    held.until = clock.today(held.unit.zone)
    with within(EVERYTHING):
        _off_rosters(Membership.objects.filter(unit=held.unit, person=held.person), held.until)
    return store(held)


@action("team.closed", by=KEEPERS, over="team", facts=("reason",))
def close_team(by: Actor, *, team: Team, reason: str = "") -> Team:
    """Close a team: every role over it and its groups ends now, nobody is on its rosters, its history stays."""
    held = _open(team)
    today = clock.today(held.unit.zone)
    with within(EVERYTHING):
        _end(under(held.unit, "unit__") | Q(pk__in=TeamMember.objects.filter(team=held).values("grant")))
        TeamMember.objects.filter(team=held, until__isnull=True).update(until=today)
        _off_rosters(Membership.objects.filter(under(held.unit, "unit__")), today)
        Unit.objects.filter(under(held.unit), closed_on__isnull=True).update(closed_on=today)
    held.closed_on = today
    return store(held)


def close_teams_of(site: Unit, by: Actor, *, reason: str) -> list[Team]:
    """Close the teams that were formed for a site, or under it, as the site is given back."""
    bound = Team.objects.filter(Q(site=site) | under(site, "unit__"), closed_on__isnull=True).select_related("unit")
    return [close_team(by, team=team, reason=reason) for team in bound]


def live_roles(team: Team) -> int:
    """How many roles over a team and its groups are in force at this moment."""
    at = clock.now()
    with within(EVERYTHING):
        given = Q(pk__in=TeamMember.objects.filter(team=team).values("grant"))
        return Grant.objects.filter(under(team.unit, "unit__") | given, since__lte=at, until__gt=at).count()


def _open(team: Team) -> Team:
    held = Team.objects.select_for_update(of=("self",)).select_related("unit").get(pk=team.pk)
    if held.closed_on is not None:
        raise Refused("team.closed", "team")
    return held


def _end(which: Q) -> None:
    at = clock.now()
    Grant.objects.filter(which, until__gt=at).update(until=Greatest(F("since"), at))


def _off_rosters(memberships: QuerySet[Membership], last_day: date) -> None:
    memberships.filter(on_roster(last_day), until__isnull=True).update(until=last_day)
