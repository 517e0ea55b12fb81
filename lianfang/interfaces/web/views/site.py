"""The set-up board of an observation site (隔离点启用看板): its clock, its rooms, the four fives, what to do next."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from lianfang.capabilities.site.models import Site
from lianfang.capabilities.site.register import Sites
from lianfang.domain.site import life
from lianfang.interfaces.web.views import site_panels
from lianfang.interfaces.web.views.frame import page, signed_in, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor

EVERY_SECONDS: Final = 15
STATE_MARKS: Final = {
    life.DESIGNATED: "wait", life.CONVERTING: "info", life.OPEN: "ok", life.DRAINING: "warn", life.CLOSED: "wait",
    life.DISINFECTING: "info", life.RELEASED: "ok",
}  # fmt: skip


def site_of(actor: Actor, code: str) -> Site:
    """The site in the address; one that may not be seen is not there."""
    unit = unit_of(actor, code)
    found: Site | None = Sites.rows(actor).filter(unit=unit).first()
    if found is None:
        raise Http404
    return found


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The one site somebody works at, else the list of those there are."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not Sites.open_to(actor):
        raise Http404
    codes = list(Sites.rows(actor).values_list("unit__code", flat=True)[:2])
    return redirect(f"/site/{codes[0]}" if len(codes) == 1 else "/list/sites")


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about a site on one page, refreshed in place."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, now = site_of(actor, code), clock.now()
    context = {
        "site": _site(actor, site),
        "live": {"url": request.path, "every": EVERY_SECONDS},
    }
    return page(request, "pages/site.html", {**context, "now": now})


def _site(actor: Actor, site: Site) -> dict[str, Any]:
    now, url = clock.now(), f"/site/{site.unit.code}"
    controls = list(site.controls.order_by("number"))
    standings = site_panels.standings_of(actor, site, now)
    rooms = site_panels.rooms_of(site, now)
    return {
        "name": str(site.unit), "url": url,
        "state": {"state": STATE_MARKS[site.state], "word": site.get_state_display()},
        "day": day_of_site(site), "t0": site.t0, "institution": str(site.unit.parent or ""),
        "clock_runs": site.state in (life.DESIGNATED, life.CONVERTING) or any(s["open"] for s in standings),
        "milestones": standings, "figures": rooms["figures"], "groups": site_panels.groups_of(url, controls),
        "controls": site_panels.counted(controls), "assets": site_panels.assets_of(actor, site),
        "sweep": site_panels.sweep_of(site), "todo": site_panels.todo_of(actor, site, standings, rooms, controls),
        "acts": site_panels.acts_of(actor, site), "links": site_panels.links_of(actor, site),
        "breaches": site_panels.breaches_of(site), "facts": _facts(site),
    }  # fmt: skip


def day_of_site(site: Site) -> int | None:
    """Which day of the site today is; after its closing, how many days it was one."""
    today = clock.today(site.unit.zone)
    last = min(today, site.closed_on or today)
    return life.day_number(site.designated_on, last) if last >= site.designated_on else None


def _facts(site: Site) -> list[dict[str, Any]]:
    named = [
        (_("Designated on"), site.designated_on), (_("Closing day"), site.closing_on),
        (_("Admits until"), site.accepts_until), (pgettext("of a site", "Closed on"), site.closed_on),
        (_("Disinfection from"), site.disinfection_from),
    ]  # fmt: skip
    return [{"label": str(label), "day": value} for label, value in named if value is not None]
