"""The frame of every page (页面框架): who is signed in, where they stand, the menu, the clock of a drill."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianfang.capabilities.assessments.actions import ASSESSORS as RISK_ASSESSORS
from lianfang.capabilities.briefings.actions import ASSESSORS
from lianfang.capabilities.briefings.packs import PACKERS
from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.command.actions import KEEPERS as COMMAND_OFFICE
from lianfang.capabilities.incidents.duties import LEADS, RESPONDERS
from lianfang.capabilities.pairs.actions import ADULTS as FOLLOWERS
from lianfang.capabilities.upward.actions import HANDERS
from lianfang.domain.identity import mask_name
from lianfang.domain.roles import Role
from lianfang.interfaces.web.look import unread_at_first
from lianfang.interfaces.web.views.access import words_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.alerts.ops import unread
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import registers

_LEVELS = {"success": "ok", "error": "bad", "warning": "warn", "info": "info"}
_LISTS = [
    ("units", "users"),
    ("persons", "users"),
    ("unit-reports", "file"),
    ("dues", "clock"),
    ("responsible", "user"),
    ("zones", "pin"),
    ("roles", "settings"),
    ("rules", "settings"),
    ("events", "history"),
]

_SERVED = {
    Role.KITCHEN: ("kitchen", "stock"),
    Role.LOGISTICIAN: ("stock", "requests"),
    Role.SITE_MANAGER: ("kitchen", "stock", "requests"),
    Role.NURSE: ("kitchen", "requests"),
    Role.CREW: ("requests",),
}

_HAS_A_WALL = OFFICES | {"university", "school", "institute"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context that base.html needs; nothing for somebody who is not signed in."""
    actor: Actor | None = getattr(request, "actor", None)
    notices = [{"state": _LEVELS.get(m.level_tag, "info"), "text": str(m), "undo": None} for m in get_messages(request)]
    if actor is None:
        return {
            "shell": {"unit": _("Lianfang"), "me": None, "help": None, "home_url": "/"},
            "product": _("Lianfang"),
            "notices": notices,
        }
    return {"shell": _frame(request, actor), "product": _("Lianfang"), "notices": notices}


def _frame(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    home = actor.home
    # What was not there as the request came in need not be counted again; what was may have been read since.
    waiting = unread(actor) if unread_at_first(request) != 0 else 0
    return {
        "unit": str(home) if home else _("Lianfang"),
        "home_url": "/today",
        "nav": _menu(request, actor),
        "me": _me(actor),
        "sign_out_url": "/sign-out",
        "search_url": "/search" if actor.posts else "",
        "alerts": {"count": waiting, "url": "/today#nudges"} if waiting else None,
        "as_of": clock.now(),
        "drill": {"label": _("Drill clock:"), "now": clock.now()} if clock.drill_offset() else None,
        "help": None,
        "letters_off": False,
        "rows": "",
    }


def _me(actor: Actor) -> dict[str, Any]:
    return {
        "name": actor.name,
        "masked": mask_name(actor.name),
        "duty": words_of(actor),
        "url": "/me",
        "account": str(actor.account_id),
    }


def _menu(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    groups = [("", _daily(actor)), (_("Analysis"), _analysis(actor)), (_("Records"), _lists(actor))]
    return [{"title": title, "links": [_link(request, *one) for one in links]} for title, links in groups if links]


def _daily(actor: Actor) -> list[tuple[str, str, str, str]]:
    links = [(_("My day"), "/today", "home", "t")]
    home = actor.home if actor.scope.paths else None  # a liaison sees the exchange and no desk
    if home and (home.kind in OFFICES or not home.keeps_roster or home.reports):
        links.append((_("Duty desk"), f"/board/{home.code}", "clipboard", "d"))
    links += [(str(p.unit), f"/classes/{p.unit.code}", "users", "") for p in actor.posts if p.unit.keeps_roster]
    if actor.roles & set(RESPONDERS):  # an emergency is two taps away; who leads sees all of them
        raising = (_("Emergency"), "/incidents/new", "alert", "")
        links.append((_("Incidents"), "/incidents", "alert", "i") if actor.roles & set(LEADS) else raising)
    if actor.person_id:
        links.append((_("Check-in"), "/check-in", "check-circle", ""))
        links.append((_("My statuses"), "/me/statuses", "info", ""))
    if home and actor.holds(ANSWERERS, home):
        links.append((_("Answer for somebody"), f"/desk/{home.code}", "user", ""))
    links += [(str(p.unit), f"/site/{p.unit.code}", "bed", "") for p in actor.posts if p.unit.kind == "site"]
    if registers["cases"].open_to(actor):
        links.append((_("Cases and contacts"), "/cases", "medkit", "c"))
    if home and actor.holds(FOLLOWERS, home):
        links.append((_("One-to-one follow-up"), f"/pairs/{home.code}", "phone", ""))
    if registers["differences"].open_to(actor):
        links.append((_("Verification"), "/verification", "compare", "v"))
    if home and registers["classes"].open_to(actor) and _holds_classes(home):
        links.append((_("Classes"), f"/training/{home.code}", "calendar", ""))
    if home and home.reports and actor.holds(HANDERS, home):
        links.append((_("Reports to the outside"), f"/upward/{home.code}", "send", ""))
    if home and home.reports:
        links.append((_("Reports and receipts"), f"/receipts/{home.code}", "history", ""))
    return list(dict.fromkeys([*links, *_services(actor)]))


def _services(actor: Actor) -> list[tuple[str, str, str, str]]:
    """Kitchen, stores and requests of the units that somebody serves."""
    pages = {"kitchen": (_("Kitchen"), "clock"), "stock": (_("Stock"), "box"), "requests": (_("Requests"), "todo")}
    served = [(page, post.unit) for post in actor.posts for page in _SERVED.get(post.role, ())]
    return [(pages[page][0], f"/{page}/{unit.code}", pages[page][1], "") for page, unit in served]


def _analysis(actor: Actor) -> list[tuple[str, str, str, str]]:
    """What figures mean, for those who read them for a whole unit."""
    home = actor.home if actor.scope.paths else None
    links = []
    if home and home.kind in _HAS_A_WALL and registers["dues"].open_to(actor):
        links.append((_("Wall"), f"/wall/{home.code}", "chart", "w"))
    if home and registers["syndromes"].open_to(actor):
        links.append((_("Illness by day"), f"/surveillance/{home.code}", "chart", ""))
    if home and actor.holds(registers["quality"].roles, home):
        links.append((_("Data quality"), f"/quality/{home.code}", "check-circle", ""))
    if home and actor.holds(ASSESSORS, home):
        links.append((_("Daily briefing"), f"/briefings/{home.code}", "file", "b"))
    if home and actor.holds(PACKERS, home):
        links.append((_("After-action packs"), f"/after-action/{home.code}", "file", ""))
    if home and actor.roles & {Role.DUTY_OFFICER, Role.LEADER, Role.OFFICER}:
        links.append((_("What if"), f"/what-if/{home.code}", "chart", ""))
    if home and actor.holds(RISK_ASSESSORS, home):
        links.append((_("Risk assessment"), f"/risks/{home.code}", "shield", ""))
    return links


def _holds_classes(home: Unit) -> bool:
    """Whether a unit trains, or is a class without a roster of its own: one held under control measures."""
    return home.kind in ("institute", "university", "site") or (home.kind == "class" and not home.keeps_roster)


def _lists(actor: Actor) -> list[tuple[str, str, str, str]]:
    if not actor.posts:
        return []
    links = [
        (str(registers[name].title), f"/list/{name}", icon, "")
        for name, icon in _LISTS
        if registers[name].open_to(actor)
    ]
    if registers["changes-by-hand"].open_to(actor):
        links.append((_("Objections"), "/objections", "info", ""))
    if actor.home and actor.roles & {Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER, Role.DUTY_OFFICER, Role.DOCTOR}:
        links.append((_("Rules in force"), f"/rules/{actor.home.code}", "settings", ""))
        links.append((_("Risk areas"), f"/areas/{actor.home.code}", "pin", ""))
    if actor.home and actor.roles & {Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER}:
        links.append((_("Observation sites"), "/site", "bed", ""))
        links.append((_("Responsibility"), f"/responsibility/{actor.home.code}", "check-circle", ""))
        links.append((_("Forms and burden"), "/forms", "chart", ""))
    if actor.home and actor.roles & {*COMMAND_OFFICE, Role.DUTY_OFFICER}:
        links.append((_("Organisation in command"), f"/command/{actor.home.code}", "users", ""))
    if actor.roles & {Role.ADMINISTRATOR, Role.CLASS_HEAD, Role.SCREENER, Role.DUTY_OFFICER, Role.OFFICER}:
        links.append((_("Import"), "/import", "upload", ""))
    return links


def _link(request: HttpRequest, label: str, url: str, icon: str, go: str) -> dict[str, Any]:
    current = request.path == url or (url != "/today" and request.path.startswith(url + "/"))
    return {"label": label, "url": url, "icon": icon, "current": current, "count": None, "urgent": False, "go": go}
