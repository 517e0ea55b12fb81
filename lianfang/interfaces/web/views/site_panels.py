"""The parts of a site's set-up board (启用看板各栏): milestones, rooms, controls, assets, clean-up, next acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.capabilities.command.actions import KEEPERS as COMMAND_OFFICE
from lianfang.capabilities.site.clean_up import unswept
from lianfang.capabilities.site.milestones import Standing, standings
from lianfang.capabilities.site.models import Asset, Breach, Control, Room, Site, Trip
from lianfang.capabilities.site.models.controls import CONTROL_GROUPS
from lianfang.capabilities.stays.roles import RECEPTION, WARD
from lianfang.domain.site import life
from lianfang.domain.site.controls import BREACHED, EVIDENCED, OPEN, VERIFIED, stands
from lianfang.domain.site.rooms import CLEANING, PLANNED, READY, REPAIR
from lianfang.interfaces.web.templatetags.formats import clock as at_clock
from lianfang.interfaces.web.templatetags.formats import day as on_day
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.site_verbs import VERBS, may_do
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.places.models import Place
from lianfang.kernel.places.ops import present
from lianfang.kernel.policies.ops import policy_of

MARKS: Final = {OPEN: "wait", EVIDENCED: "info", VERIFIED: "ok", BREACHED: "bad"}
OUTLOOKS: Final = {"met": "ok", "met_late": "late", "ahead": "info", "behind": "warn", "stalled": "warn", "over": "bad"}
NEAR_MINUTES: Final = 60
SHOWN: Final = 8  # breaches and assets shown here; all of them are one click away
SET_UP: Final = (life.DESIGNATED, life.CONVERTING)


def standings_of(actor: Actor, site: Site, now: datetime) -> list[dict[str, Any]]:
    """The three milestones as the page shows them."""
    return [_standing(actor, site, one, now) for one in standings(site, now=now)]


def _standing(actor: Actor, site: Site, one: Standing, now: datetime) -> dict[str, Any]:
    found, milestone, url = one.outlook, one.milestone, f"/site/{site.unit.code}/do"
    span = (found.target - site.t0).total_seconds()
    share = min(100, max(0, round(100 * ((found.actual or now) - site.t0).total_seconds() / max(span, 1))))
    runs = actor.holds(VERBS["block"].by, site.unit)
    return {
        "key": milestone.key, "name": str(milestone), "target": found.target, "actual": found.actual,
        "projected": found.projected, "share": share, "done": one.done, "total": one.total,
        "state": {"state": OUTLOOKS[found.state], "word": _word(found.state)}, "blocker": milestone.blocker,
        "open": found.actual is None, "stopped": found.actual is None and site.closed_on is not None,
        "over": found.state in ("over", "met_late"), "near": NEAR_MINUTES,
        "warning": "" if site.closed_on else _warning(one),
        "block_url": f"{url}/block/{milestone.pk}" if runs and not found.actual and not site.closed_on else "",
    }  # fmt: skip


def _word(state: str) -> str:
    words = {
        "met": _("met in time"), "met_late": _("met late"), "ahead": _("in time so far"), "behind": _("will be late"),
        "stalled": _("nothing moves"), "over": _("over time"),
    }  # fmt: skip
    return str(words[state])


def _warning(one: Standing) -> str:
    if one.outlook.state == "behind" and one.outlook.projected is not None:
        text = _("At the pace of the last hour the last room is ready at {time}, after the target of {target}.")
        return str(text).format(time=at_clock(one.outlook.projected), target=at_clock(one.outlook.target))
    return str(_("No room became ready in the last hour.")) if one.outlook.state == "stalled" else ""


def rooms_of(site: Site, now: datetime) -> dict[str, Any]:
    """How many rooms there are, ready, taken and out of use; and how many people."""
    by_state = Counter(dict(Room.objects.filter(site=site).values_list("readiness").annotate(Count("pk")).order_by()))
    beds = present(site.unit, at=now)
    people, taken = beds.count(), beds.values("place_id").distinct().count()
    ready = site.rooms_planned and Room.objects.filter(site=site, ready_at__isnull=False).count()
    figures = [
        states.figure(str(_("Rooms made ready")), ready, of=site.rooms_planned),
        states.figure(str(_("Occupied rooms")), taken), states.figure(str(_("Guests")), people),
        states.figure(str(_("Free and ready")), max(0, by_state[READY] - taken)),
        states.figure(str(_("Being cleaned")), by_state[CLEANING]),
        states.figure(str(_("In repair")), by_state[REPAIR], tone="warn" if by_state[REPAIR] else ""),
    ]  # fmt: skip
    return {"figures": figures, "planned": by_state[PLANNED], "known": sum(by_state.values()), "people": people}


def groups_of(url: str, controls: Sequence[Control]) -> list[dict[str, Any]]:
    """The twenty items by their four groups."""
    return [
        {"name": str(name), "items": [_item(url, one) for one in controls if one.group == group]}
        for group, name in CONTROL_GROUPS
    ]


def _item(url: str, one: Control) -> dict[str, Any]:
    return {
        "name": str(one), "owner": one.owner, "url": f"{url}/controls/{one.pk}",
        "state": {"state": MARKS[one.state], "word": one.get_state_display()}, "evidence": one.evidence,
    }  # fmt: skip


def counted(controls: Sequence[Control]) -> dict[str, int]:
    """How many items there are, how many let the site open, how many somebody else has verified."""
    return {
        "all": len(controls), "stand": sum(stands(one.owner, one.state) for one in controls),
        "verified": sum(one.state == VERIFIED for one in controls),
    }  # fmt: skip


def assets_of(actor: Actor, site: Site) -> dict[str, Any]:
    """The dedicated lifts and vehicles, each with its open trip."""
    assets = list(Asset.objects.filter(unit=site.unit).order_by("code")[: SHOWN + 1])
    open_ = {trip.asset_id: trip for trip in Trip.objects.filter(unit=site.unit, cleaned_at__isnull=True)}
    url = f"/site/{site.unit.code}/do"
    works = actor.holds(VERBS["trip"].by, site.unit)
    rows = [
        {
            "code": one.code, "name": str(one), "use": one.get_use_display(),
            "trip": open_.get(one.pk), "carries": open_[one.pk].get_purpose_display() if one.pk in open_ else "",
            "act_url": "" if not works else f"{url}/cleaned/{open_[one.pk].pk}" if one.pk in open_
            else f"{url}/trip/{one.pk}",
        }
        for one in assets[:SHOWN]
    ]  # fmt: skip
    more = f"/list/assets?unit={site.unit.code}" if len(assets) > SHOWN else ""
    return {"rows": rows, "more": more, "trips": f"/list/trips?unit={site.unit.code}", "add": _add_asset(actor, site)}


def _add_asset(actor: Actor, site: Site) -> str:
    return f"/site/{site.unit.code}/do/asset" if may_do(actor, "asset", site) else ""


def sweep_of(site: Site) -> dict[str, Any] | None:
    """How far the terminal disinfection is; None before it begins."""
    if site.disinfection_from is None:
        return None
    whole = Place.objects.filter(unit=site.unit).count()
    left = unswept(site).count() if site.state == life.DISINFECTING else 0
    return {"done": whole - left, "whole": whole, "open": site.state == life.DISINFECTING}


def breaches_of(site: Site) -> list[dict[str, Any]]:
    """The newest breaches, open ones first."""
    found = Breach.objects.filter(unit=site.unit).select_related("control").order_by("verified_at", "-at")
    newest = sorted(found[:50], key=lambda one: (one.verified_at is not None, -one.at.timestamp()))
    return [
        {
            "at": one.at, "what": one.what, "item": str(one.control),
            "url": f"/site/{site.unit.code}/controls/{one.control_id}",
            "state": breach_state(one),
        }
        for one in newest[:SHOWN]
    ]  # fmt: skip


def breach_state(one: Breach) -> dict[str, str]:
    """Open, put right, or verified, in shape and word."""
    if one.verified_at is not None:
        return {"state": "ok", "word": str(_("verified"))}
    return (
        {"state": "info", "word": str(_("put right"))}
        if one.fixed_at
        else {"state": "bad", "word": str(_("not put right"))}
    )


def todo_of(
    actor: Actor,
    site: Site,
    milestones: Sequence[Mapping[str, Any]],
    rooms: Mapping[str, Any],
    controls: Sequence[Control],
) -> list[dict[str, str]]:
    """What still stands in the way, each a line with a place to go to."""
    url = f"/site/{site.unit.code}"
    ready = f"{url}/ready" if may_do(actor, "ready", site) else ""
    lines = [_line("warn", one["warning"], ready) for one in milestones if one["warning"]]
    lines += [
        _line("warn", f"{one['name']}: {one['blocker']}", one["block_url"]) for one in milestones if one["blocker"]
    ]
    if site.state in SET_UP:
        lines += _before_opening(actor, site, rooms, controls)
    for one in controls:
        if one.state == BREACHED:
            lines.append(_line("bad", str(_("Breached: {item}")).format(item=one), f"{url}/controls/{one.pk}"))
    if site.state == life.DRAINING and site.accepts_until is not None:
        text = _("Nobody is admitted after {day}: they could not finish by the closing day.")
        lines.append(_line("todo", str(text).format(day=on_day(site.accepts_until)), ""))
    if site.state == life.DISINFECTING:
        lines += _before_release(actor, site)
    return lines


def _before_release(actor: Actor, site: Site) -> list[dict[str, str]]:
    today = clock.today(site.unit.zone)
    days = policy_of(site.unit, on=today).site_disinfection_days
    first, left = life.released_from(site.disinfection_from or today, days=days), unswept(site).count()
    text = ngettext("{n} place is not ticked yet", "{n} places are not ticked yet", left).format(n=left)
    sweep = f"/site/{site.unit.code}/sweep" if may_do(actor, "sweep", site) else ""
    lines = [_line("todo" if left else "ok", text, sweep)]
    if today < first:
        lines.append(_line("todo", str(_("It can be released from {day} on.")).format(day=on_day(first)), ""))
    return lines


def _before_opening(
    actor: Actor, site: Site, rooms: Mapping[str, Any], controls: Sequence[Control]
) -> list[dict[str, str]]:
    url = f"/site/{site.unit.code}"
    lines = []
    if (missing := site.rooms_planned - rooms["known"]) > 0:
        text = ngettext("{n} planned room has no number yet", "{n} planned rooms have no number yet", missing)
        lines.append(_line("todo", text.format(n=missing), f"{url}/do/rooms" if may_do(actor, "rooms", site) else ""))
    if rooms["planned"]:
        text = ngettext("{n} room is not ready", "{n} rooms are not ready", rooms["planned"])
        ready = f"{url}/ready" if may_do(actor, "ready", site) else ""
        lines.append(_line("todo", text.format(n=rooms["planned"]), ready))
    for count, text in (
        (sum(not one.owner for one in controls), _("Items of the four fives without an owner: {n}")),
        (sum(one.state == OPEN for one in controls), _("Items of the four fives without evidence: {n}")),
    ):
        lines.append(_line("todo" if count else "ok", str(text).format(n=count), "#four-fives"))
    return lines


def _line(kind: str, text: str, url: str) -> dict[str, str]:
    return {"kind": kind, "text": text, "url": url}


ACTS: Final = {
    life.DESIGNATED: ("convert", "open", "batch", "conversion", "rooms", "zone", "t0"),
    life.CONVERTING: ("open", "batch", "conversion", "rooms", "zone", "t0"),
    life.OPEN: ("drain", "batch", "conversion", "rooms", "zone", "close"),
    life.DRAINING: ("close",), life.CLOSED: ("disinfect",), life.DISINFECTING: ("release",), life.RELEASED: (),
}  # fmt: skip
MAIN: Final = {
    life.DESIGNATED: "open", life.CONVERTING: "open", life.DRAINING: "close", life.CLOSED: "disinfect",
    life.DISINFECTING: "release",
}  # fmt: skip


def acts_of(actor: Actor, site: Site) -> list[dict[str, Any]]:
    """What the reader may do with the site now, the main act first."""
    met = set(site.milestones.filter(actual_at__isnull=False).values_list("key", flat=True))
    over = {"batch"} if "first_batch" in met else set()
    over |= {"conversion"} if "converted" in met else set()
    names = [name for name in ACTS[site.state] if name not in over and may_do(actor, name, site)]
    main = MAIN.get(site.state, "")
    names.sort(key=lambda name: name != main)
    return [
        {"label": VERBS[name].title, "url": f"/site/{site.unit.code}/do/{name}", "primary": name == main}
        for name in names
    ]


def links_of(actor: Actor, site: Site) -> list[dict[str, str]]:
    """Where else the work of a site goes on."""
    url = f"/site/{site.unit.code}"
    links = [{"label": str(_("Room board")), "url": f"{url}/rooms", "icon": "bed"}]
    beyond = [
        (RECEPTION, _("Arrivals"), f"{url}/arrivals", "list"), (WARD, _("Round"), f"/round/{site.unit.code}", "heart"),
        (COMMAND_OFFICE, _("Team and vacancies"), f"/command/{site.unit.code}", "users"),
        (COMMAND_OFFICE, _("Requirements"), f"/requirements/{site.unit.code}", "todo"),
    ]  # fmt: skip
    links += [{"label": str(word), "url": to, "icon": icon} for roles, word, to, icon in beyond
              if actor.holds(roles, site.unit)]  # fmt: skip
    if site.state == life.DISINFECTING and may_do(actor, "sweep", site):
        links.append({"label": str(_("Tick rooms and zones")), "url": f"{url}/sweep", "icon": "todo"})
    elif site.state not in (life.CLOSED, life.RELEASED) and may_do(actor, "ready", site):
        links.append({"label": str(_("Mark rooms ready")), "url": f"{url}/ready", "icon": "todo"})
    return links
