"""The wall (大屏) of an office or institution: one page that refreshes itself, dark or light, and names nobody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.surveillance.sight import hides
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.interfaces.wall.attention import attention
from lianfang.interfaces.wall.curve import ONSET, SYMPTOMS, symptoms, table_body
from lianfang.interfaces.wall.figures import six
from lianfang.interfaces.wall.onset import line_list, onset
from lianfang.interfaces.wall.reading import Reading, may_read, read
from lianfang.interfaces.wall.strip import strip
from lianfang.interfaces.wall.tiles import tiles
from lianfang.interfaces.web.look import edition_on, rules_on
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import chosen_of, page, past_day_of, signed_in, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.scope import EVERYTHING, looking

EVERY_SECONDS: Final = 60
LOOKS: Final = ("dark", "light")


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The wall of a unit, today or on a day that is asked for; one with nothing below it has its duty desk instead."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not may_read(actor, unit):
        raise Refused("scope", "unit")
    day = past_day_of(request, unit)
    policy = rules_on(request, day).of(unit)
    seen = read(unit, day, form=edition_on(request, DAILY, day), policy=policy, now=clock.now())
    if seen is None:
        return redirect(f"/board/{quote(unit.code)}")
    seen.hidden = hides(actor, unit)
    today = day == clock.today(unit.zone)
    context = {
        "wall": _wall(request, seen, policy) | {"up": _up(actor, seen)},
        "live": {"url": request.get_full_path(), "every": EVERY_SECONDS} if today else None,
        "now": seen.board.at,
    }
    return page(request, "pages/wall.html", context)


def _wall(request: HttpRequest, seen: Reading, policy: Policy) -> dict[str, Any]:
    look, curve = _chosen(request)
    with looking(EVERYTHING):  # counts and posts only, of a unit whose figures are seen
        drawing = onset(seen, line_list(seen)) if curve == ONSET else symptoms(seen)
        worst = attention(seen)
    here = f"/wall/{quote(seen.unit.code)}"
    return {
        "unit": str(seen.unit), "day": seen.day, "over": seen.over, "as_of": seen.as_of,
        "look": look, "every": EVERY_SECONDS,
        "stale": (seen.board.at - seen.as_of).total_seconds() > 2 * EVERY_SECONDS,
        "empty": not seen.parts, "age": seen.board.at - seen.as_of,
        "clock": _clock(seen.unit, seen.day, policy, seen.board.at),
        "figures": six(seen), "tiles": tiles(seen), "strip": strip(seen), "attention": worst,
        "curve": drawing | {"body": table_body(drawing["rows"])}, "by_onset": curve == ONSET,
        "looks": [(word, _address(here, request, look=name), name == look) for name, word in _looks()],
        "curves": [(word, _address(here, request, curve=name), name == curve) for name, word in _curves()],
        "board_url": f"/board/{quote(seen.unit.code)}",
    }  # fmt: skip


def _chosen(request: HttpRequest) -> tuple[str, str]:
    """Which look and which curve the address asks for."""
    look = chosen_of(request, "look", _("Appearance"), dict(_looks()), LOOKS[0])
    return look, chosen_of(request, "curve", _("Curve"), dict(_curves()) | {SYMPTOMS: _("Symptoms")}, "")


def _looks() -> list[tuple[str, str]]:
    return [("dark", _("Dark")), ("light", _("Light"))]


def _curves() -> list[tuple[str, str]]:
    return [("", _("Symptoms")), (ONSET, _("Cases by onset"))]


def _address(here: str, request: HttpRequest, **changed: str) -> str:
    known = {name: request.GET[name] for name in ("look", "curve", "day") if name in request.GET}
    asked = {name: value for name, value in {**known, **changed}.items() if value}
    return f"{here}?{urlencode(asked)}" if asked else here


def _clock(unit: Unit, day: date, policy: Policy, now: datetime) -> dict[str, Any] | None:
    """The countdown to the moment by which units of this kind have sent their own report up."""
    limit = policy.deadlines.get(unit.kind)
    if limit is None or day != now.astimezone(unit.zone).date():
        return None
    label = _("To the {time} roll-up").format(time=f"{limit:%H:%M}")
    return states.countdown(label, datetime.combine(day, limit, unit.zone))


def _up(actor: Actor, seen: Reading) -> dict[str, str] | None:
    """The wall of the next superior, for whoever may see it."""
    mine = [unit for unit in seen.board.above if any(post.unit.covers(unit) for post in actor.posts)]
    return {"label": str(mine[-1]), "url": f"/wall/{quote(mine[-1].code)}"} if mine else None
