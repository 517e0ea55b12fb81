"""What is open at a site, for whoever runs it (站点今日待办): requests, late steps, late milestones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lianfang.capabilities.catering.models import Request
from lianfang.capabilities.site.milestones import standings
from lianfang.capabilities.site.models import Site
from lianfang.capabilities.supplies.orders import on_order
from lianfang.capabilities.supplies.outlook import outlook, planned_uses
from lianfang.capabilities.supplies.shortages import open_shortages
from lianfang.domain.roles import Role
from lianfang.interfaces.web.views import states
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.ledgers.reading import items_in
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.tasks.models import Task


def site_dues(actor: Actor) -> list[dict[str, Any]]:
    """A line for each kind of thing that is open at the sites this account runs, in the shape of the page's dues."""
    at = clock.now()
    run = [line for unit in _units(actor, Role.SITE_MANAGER) for line in _lines(actor, unit, at)]
    stores = [_running_out(unit, at) for unit in _units(actor, Role.LOGISTICIAN)]
    return [*run, *(line for line in stores if line is not None)]


def _units(actor: Actor, role: Role) -> Iterable[Unit]:
    return {post.unit.pk: post.unit for post in actor.posts if post.role == role}.values()


def _running_out(unit: Unit, at: datetime) -> dict[str, Any] | None:
    """The items that will not last for the days of warning; those to be ordered already stand among the tasks."""
    uses, known = planned_uses(unit, at=at), open_shortages(unit)
    others = [item for item in items_in(unit) if item.pk not in known]
    few = sum(outlook(unit, item, at=at, uses=uses, coming=on_order(unit, item)).warns for item in others)
    return _line(unit, _("Supplies that run out soon"), few, f"/stock/{unit.code}", "missing")


def _lines(actor: Actor, unit: Unit, at: datetime) -> list[dict[str, Any]]:
    asked = Request.objects.filter(under(unit, "unit__"), state__in=("open", "taken")).count()
    late = _late_steps(actor, unit, at)
    missed = _missed(unit, at)
    lines = [
        _line(unit, _("Requests of guests"), asked, f"/requests/{unit.code}", "missing"),
        _line(unit, _("Steps of incidents past their time"), late, "/incidents", "overdue"),
        _line(unit, _("Milestones past their target"), missed, f"/site/{unit.code}", "overdue"),
    ]
    return [line for line in lines if line is not None]


def _late_steps(actor: Actor, unit: Unit, at: datetime) -> int:
    """Steps that others owe; one's own stand among one's tasks."""
    others = ~Q(account_id=actor.account_id) | Q(account_id=None)
    late = Task.objects.filter(others, under(unit, "unit__"), subject__startswith="incidents.", due_at__lt=at)
    late = late.filter(settled_at=None, excused="", opens_at__lte=at)
    return late.exclude(account_id=None, role=Role.SITE_MANAGER).count()


def _missed(unit: Unit, at: datetime) -> int:
    site = Site.objects.select_related("unit").filter(unit=unit).first()
    return sum(one.outlook.state == "over" for one in standings(site, now=at)) if site else 0


def _line(unit: Unit, title: str, n: int, url: str, status: str) -> dict[str, Any] | None:
    if not n:
        return None
    return {
        "title": title, "unit": str(unit), "due": None, "left": timedelta(0), "near": states.NEAR_MINUTES,
        "status": status, "word": str(_("{n} open")).format(n=n), "url": url, "verb": str(_("Open")), "note": "",
        "primary": False, "settled": None,
    }  # fmt: skip
