"""Who leads (指挥组织页): the board of slots with vacancies first, duty phones, leading groups as of a day, teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.capabilities.command.actions import DECIDERS, KEEPERS, AsOf, Board, Post, as_of, board, live_roles
from lianfang.capabilities.command.models import LeadingGroup, Team, TeamMember
from lianfang.capabilities.command.templates import template_named
from lianfang.capabilities.pairs.actions import ADULTS
from lianfang.interfaces.web.views.command_deeds import DEEDS
from lianfang.interfaces.web.views.command_forms import answer, placed
from lianfang.interfaces.web.views.frame import day_of, page, signed_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under

GROUP_STATES = {"active": "ok", "suspended": "warn", "closed": "wait", "": "wait"}


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The organisation of a unit now, or as it was at the end of a day."""
    actor, unit = placed(request, code)
    today = clock.today(unit.zone)
    day = day_of(request, unit)
    at = clock.now() if day == today else _end_of(day, unit)
    keeps = actor.holds(KEEPERS, unit) and day == today
    seen = board(unit, at)
    context = {
        "unit": str(unit), "code": unit.code, "day": day, "is_today": day == today, "here": f"/command/{unit.code}",
        "keeps": keeps, "pairs": actor.holds(ADULTS, unit),
        "board": _board(seen) if seen else None, "phones": _phones(seen),
        "groups": [_group(actor, unit, one, at, keeps=keeps) for one in _groups(unit)],
        "teams": [_team(actor, one, at) for one in Team.objects.filter(under(unit, "unit__")).select_related("unit")],
    }  # fmt: skip
    return page(request, "pages/command.html", {"command": context})


def _end_of(day: date, unit: Unit) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), unit.zone) - timedelta(microseconds=1)


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, deed: str, number: str = "") -> HttpResponse:
    """The form of one deed about the organisation."""
    return answer(request, code, DEEDS, deed, number, f"/command/{code}")


def _board(seen: Board) -> dict[str, Any]:
    template = template_named(seen.organisation.template)
    english = get_language() == "en"
    vacant, total = len(seen.vacant), len(seen.posts)
    words = str(_("{vacant} of {total} vacant"))
    return {
        "title": template.en if english else template.zh, "id": seen.organisation.pk, "formula": template.formula,
        "since": seen.organisation.since, "vacancy": words.format(vacant=vacant, total=total), "vacant": vacant,
        "vacancies": [_card(post) for post in seen.vacant], "rows": _rows(seen),
        "errors": [_error(one.kind, one.planned, one.found) for one in seen.errors],
    }  # fmt: skip


def _error(kind: str, planned: int, found: int) -> str:
    return str(_("{kind}: the template has {planned}, there are {found}")).format(
        kind=kind, planned=planned, found=found
    )


def _rows(seen: Board) -> list[dict[str, Any]]:
    """The kinds of slots in the chain of command, each with its cards."""
    kinds = list(dict.fromkeys(post.slot.kind for post in seen.posts))
    rows = []
    for kind in kinds:
        posts = [post for post in seen.posts if post.slot.kind == kind]
        count = "N" if kind == "open" else str(len(posts))
        rows.append({"count": count, "cards": [_card(post) for post in posts]})
    return rows


def _card(post: Post) -> dict[str, Any]:
    held = post.holding
    return {
        "id": post.slot.pk, "name": str(post.slot), "vacant": held is None,
        "holder": held.name if held else "", "home": str(held.home_unit or held.home) if held else "",
        "phone": held.phone if held else "", "since": held.since if held else None,
    }  # fmt: skip


def _phones(seen: Board | None) -> list[dict[str, Any]]:
    cards = [_card(post) for post in seen.posts] if seen else []
    return [card for card in cards if card["phone"]]


def _groups(unit: Unit) -> Iterable[LeadingGroup]:
    return LeadingGroup.objects.filter(unit=unit).select_related("unit").order_by("id")


def _group(actor: Actor, unit: Unit, group: LeadingGroup, at: datetime, *, keeps: bool) -> dict[str, Any]:
    then = as_of(group, at.astimezone(unit.zone).date())
    return {
        "id": group.pk, "name": str(group), "state": GROUP_STATES[then.state], "word": _state_word(then),
        "version": then.version.number if then.version else None, "since": then.version.since if then.version else None,
        **_members(then), "moves": _moves(then.state) if keeps else [],
        "decides": then.state == "active" and actor.holds(DECIDERS, unit),
        "steps": [
            {"day": one.day, "word": one.get_move_display(), "version": one.version, "basis": one.basis, "by": one.by}
            for one in group.steps.order_by("-number")
        ],
        "delegations": [
            {"id": one.pk, "name": one.name, "since": one.since, "until": one.until, "matters": one.matters,
             "now": one.since <= at < one.until}
            for one in group.delegations.filter(since__lte=at + timedelta(days=30)).order_by("-since")[:5]
        ],
        "decisions": list(group.decisions.filter(at__lte=at).order_by("-at")[:5]),
    }  # fmt: skip


def _state_word(then: AsOf) -> str:
    words = {
        "active": _("at work"),
        "suspended": _("suspended"),
        "closed": _("closed for good"),
        "": _("not yet created"),
    }
    return str(words[then.state])


def _members(then: AsOf) -> dict[str, Any]:
    if then.version is None:
        return {"members": [], "subgroups": []}
    members = sorted(then.version.members.all(), key=lambda one: one.number)
    subgroups = sorted(then.version.subgroups.all(), key=lambda one: one.number)
    return {
        "members": [{"function": m.get_function_display(), "name": m.name, "duty": m.duty} for m in members],
        "subgroups": [{"number": s.number, "name": s.name, "lead": s.lead, "duty": s.duty} for s in subgroups],
    }


def _moves(state: str) -> list[tuple[str, str]]:
    words = {
        "change": _("Change members"), "suspend": _("Suspend"), "delegate": _("Delegate"),
        "reactivate": _("Reactivate"), "close": _("Close for good"),
    }  # fmt: skip
    known = {"active": ("change", "delegate", "suspend", "close"), "suspended": ("reactivate", "close")}
    return [(one, str(words[one])) for one in known.get(state, ())]


def _team(actor: Actor, team: Team, at: datetime) -> dict[str, Any]:
    open_now = team.closed_on is None
    groups = team.unit.children.order_by("code")
    members = TeamMember.objects.filter(team=team)
    members = members.filter(until__isnull=True) if open_now else members
    rows = list(members.select_related("person", "unit").order_by("unit_id", "id")[:100])
    return {
        "id": team.pk, "name": str(team.unit), "purpose": team.purpose, "formed_on": team.formed_on,
        "closed_on": team.closed_on, "organisations": [str(one) for one in groups], "open": open_now,
        "members": [
            {"name": row.person.name, "organisation": str(row.unit), "position": row.position,
             "reach": row.get_reach_display()}
            for row in rows
        ],
        "roles": live_roles(team) if actor.holds(KEEPERS, team.unit) else None,
    }  # fmt: skip
