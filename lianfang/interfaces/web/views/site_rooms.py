"""The room board (房态图): one tile a room in walking order, with number, day and flag, refreshed in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from lianfang.capabilities.site.tiles import ALERT, Tile, tiles
from lianfang.capabilities.stays.owed import began_here
from lianfang.domain.roles import SIGHTS
from lianfang.domain.site.rooms import CLEANING, CLOSED, LEAVING, OCCUPIED, PLANNED, READY, REPAIR
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.interfaces.web.views.site import day_of_site, site_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.values import UNKNOWN
from lianfang.kernel.scope import EVERYTHING, within

EVERY_SECONDS: Final = 10
TABS: Final = {
    "": (ALERT, LEAVING, OCCUPIED, READY, CLEANING, REPAIR, PLANNED, CLOSED), "alert": (ALERT,), "leaving": (LEAVING,),
    "in": (ALERT, LEAVING, OCCUPIED), "free": (READY,), "out": (CLEANING, REPAIR, PLANNED, CLOSED),
}  # fmt: skip


@require_GET
@signed_in
def board(request: HttpRequest, code: str) -> HttpResponse:
    """All rooms of a site as tiles."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, now = site_of(actor, code), clock.now()
    with within(EVERYTHING):  # days only, so that they are the same for whoever sees that a room is taken
        began = began_here(site.unit)
    found = tiles(site.unit, now=now, began=began)
    chosen = request.GET.get("show", "")
    shown = [one for one in found if one.state in TABS.get(chosen, TABS[""])]
    url = f"/site/{quote(site.unit.code)}"
    rooms = {
        "name": str(site.unit), "url": url, "day": day_of_site(site),
        "figures": _figures(found, seen=_sees_guests(actor, site.unit)),
        "tabs": _tabs(found, chosen, url), "groups": list(_groups(shown, f"{url}/rooms/")), "count": len(found),
        "state": site.get_state_display(), "legend": [_legend(one) for one in TABS[""]],
    }  # fmt: skip
    live = {"url": request.get_full_path(), "every": EVERY_SECONDS}
    return page(request, "pages/room_board.html", {"rooms": rooms, "live": live, "now": now})


def words() -> dict[str, str]:
    """The word of each state of a tile."""
    return {
        ALERT: _("abnormal reading"), LEAVING: _("leaves today"), OCCUPIED: _("occupied"),
        READY: pgettext("of a room", "ready"), CLEANING: pgettext("of a room", "cleaning"),
        REPAIR: pgettext("of a room", "in repair"), PLANNED: pgettext("of a room", "planned"),
        CLOSED: pgettext("of a room", "closed"),
    }  # fmt: skip


def _legend(state: str) -> dict[str, str]:
    return {"state": state, "word": words()[state]}


def _sees_guests(actor: Actor, unit: Unit) -> bool:
    return any(SIGHTS[post.role].people and post.unit.covers(unit) for post in actor.posts)


def _figures(found: Sequence[Tile], *, seen: bool) -> list[dict[str, Any]]:
    by_state = Counter(one.state for one in found)
    taken = by_state[ALERT] + by_state[LEAVING] + by_state[OCCUPIED]
    late = sum(one.owed for one in found)
    return [
        states.figure(str(_("Guests")), sum(one.guests for one in found)),
        states.figure(str(_("Occupied rooms")), taken, of=len(found)),
        states.figure(  # unknown, not zero, to whoever does not see how guests are
            str(_("Abnormal readings")), by_state[ALERT] if seen else UNKNOWN, tone="bad" if by_state[ALERT] else ""
        ),
        states.figure(str(_("Readings overdue")), late, tone="warn" if late else ""),
        states.figure(str(_("Leave today")), by_state[LEAVING]),
        states.figure(str(_("Free and ready")), by_state[READY]),
    ]


def _tabs(found: Sequence[Tile], chosen: str, url: str) -> list[dict[str, Any]]:
    by_state = Counter(one.state for one in found)
    labels = {
        "": _("All"), "alert": _("Abnormal"), "leaving": _("Leave today"), "in": _("Occupied"), "free": _("Free"),
        "out": _("Out of use"),
    }  # fmt: skip
    return [
        {
            "label": str(labels[name]), "count": sum(by_state[state] for state in among), "current": name == chosen,
            "url": f"{url}/rooms?show={name}" if name else f"{url}/rooms",
        }
        for name, among in TABS.items()
    ]  # fmt: skip


def _groups(shown: Sequence[Tile], base: str) -> Iterator[dict[str, Any]]:
    """The tiles of one floor after the other as finished HTML: a template's tag for each would cost ten times more."""
    said, draw = words(), _drawing()
    for (building, floor), among in groupby(shown, key=lambda one: (one.building, one.floor)):
        rooms = list(among)
        level = "—" if floor is None else floor
        name = str(_("Building {building}, floor {floor}")).format(building=building, floor=level)
        html = "".join(draw.tile(one, base, said) for one in rooms)
        yield {"name": name, "count": len(rooms), "tiles": mark_safe(html)}  # noqa: S308  built of escaped parts


def _drawing() -> Drawing:
    sprite = static("lf/icons.svg")
    return Drawing(
        mark=f'<svg class="mark" aria-hidden="true"><use href="{sprite}#m-bad"/></svg>',
        day=escape(str(_("day {n}"))), guests=escape(str(_("{n} guests"))), owed=escape(str(_("reading overdue"))),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a tile is written, its words looked up once a page."""

    mark: str
    day: str
    guests: str
    owed: str

    def tile(self, one: Tile, base: str, said: dict[str, str]) -> str:
        """A tile: number, then day or state, then what asks for somebody."""
        line = self.day.replace("{n}", str(one.day)) if one.day is not None else said[one.state]
        more = f" · {self.guests.replace('{n}', str(one.guests))}" if one.guests > 1 else ""
        flag = self.mark if one.state == ALERT else ""
        hidden = f'<span class="sr">{said[one.state]}</span>' if one.state in (ALERT, LEAVING) else ""
        owed = f'<i class="rt-owed"><span class="sr">{self.owed}</span></i>' if one.owed else ""
        return (
            f'<li><a class="rt rt-{one.state}" href="{base}{quote(one.code)}">{flag}<b>{escape(one.code)}</b>'
            f"<span>{line}{more}</span>{hidden}{owed}</a></li>"
        )
