"""Risk areas as a page (风险地区): the list in force, whom it concerns, its versions, publishing the next."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.risk_areas.actions import KEEPERS, publish_areas
from lianfang.capabilities.risk_areas.models import HIGH, LEVELS, MEDIUM, Area, AreaList
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told, unit_of
from lianfang.interfaces.wording import sentence
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors
from lianfang.kernel.registers.register import registers
from lianfang.kernel.scope import EVERYTHING, looking

MOST, MOST_VERSIONS = 200, 20
WORDS = {"高": HIGH, "高风险": HIGH, "high": HIGH, "中": MEDIUM, "中风险": MEDIUM, "medium": MEDIUM}
LEAST_PARTS = 3  # of a line: code, name, level


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, code: str = "") -> HttpResponse:
    """The list in force over a unit; who may publishes the next version."""
    actor, unit = _placed(request, code)
    if request.method == "POST":
        return _publish(request, actor, unit)
    return _page(request, actor, unit, {})


def _placed(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code) if code else actor.home
    if unit is None or not any(post.unit.covers(unit) for post in actor.posts):
        raise Refused("scope", "unit")
    if not registers["areas"].open_to(actor):
        raise Refused("scope", "unit")
    return actor, unit


def _publish(request: HttpRequest, actor: Actor, unit: Unit) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("entries", "basis")}
    try:
        publish_areas(actor, unit=unit, entries=entries_of(given["entries"]), basis=given["basis"][:300])
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        return _page(request, actor, unit, given, refused)
    told(request, str(_("Published. Everybody under this unit is weighed now.")))
    return redirect(f"/areas/{unit.code}")


def entries_of(text: str) -> list[dict[str, str]]:
    """A list typed or pasted line by line: `510104 Example county medium`, with spaces, tabs or commas between."""
    lines = [line.replace(",", " ").replace("，", " ").split() for line in text.splitlines() if line.strip()]
    return [_entry(parts) for parts in lines]


def _entry(parts: list[str]) -> dict[str, str]:
    if len(parts) < LEAST_PARTS:
        return {"code": parts[0], "name": " ".join(parts[1:]), "level": ""}
    code, *name, level = parts
    return {"code": code, "name": " ".join(name), "level": WORDS.get(level, level)}


def _page(
    request: HttpRequest, actor: Actor, unit: Unit, given: dict[str, str], refused: Refused | None = None
) -> HttpResponse:
    with looking(EVERYTHING):  # a list of a higher unit holds here and names nobody
        context = _shown(unit, actor.holds(KEEPERS, unit), given)
    context["stays_url"] = "/list/sojourns" if registers["sojourns"].open_to(actor) else ""
    errors = _errors(refused) if refused else []
    return page(request, "pages/areas.html", {"areas": context, "errors": errors}, status=422 if refused else 200)


def _errors(refused: Refused) -> list[dict[str, str]]:
    """Each problem at the field it belongs to; a line of the list is named by its number."""
    found = errors_of(refused)
    for one, problem in zip(found, refused.problems, strict=True):
        number, at, _rest = problem.field.removeprefix("entries[").partition("]")
        if at and number.isdigit():
            line = str(_("Line {n}: {says}")).format(n=int(number) + 1, says=sentence(problem))
            one.update(href="#f-entries", message=line)
    return found


def _shown(unit: Unit, keeps: bool, given: dict[str, str]) -> dict[str, Any]:
    listed = _in_force(unit)
    rows = list(Area.objects.filter(listed=listed).order_by("code")) if listed else []
    versions = AreaList.objects.filter(unit=unit).annotate(areas_=Count("areas")).order_by("-version")[:MOST_VERSIONS]
    return {
        "unit": str(unit), "in_force": listed, "figures": _figures(listed, rows) if listed else [],
        "rows": [_area(one) for one in rows[:MOST]], "more": max(0, len(rows) - MOST),
        "versions": [_version(one) for one in versions], "publish_url": f"/areas/{unit.code}" if keeps else "",
        "lines": given.get("entries") or "\n".join(f"{one.code} {one.name} {_word(one.level)}" for one in rows),
        "basis": given.get("basis", ""),
    }  # fmt: skip


def _in_force(unit: Unit) -> AreaList | None:
    """The unit's own list, or that of the nearest unit above it."""
    line = [unit, *reversed(ancestors(unit))]
    found = {one.unit_id: one for one in AreaList.objects.filter(unit__in=line, until__isnull=True)}
    return next((found[one.pk] for one in line if one.pk in found), None)


def _figures(listed: AreaList, rows: list[Area]) -> list[dict[str, Any]]:
    high = sum(one.level == HIGH for one in rows)
    return [
        states.figure(str(_("Areas at high risk")), high, tone="bad" if high else ""),
        states.figure(str(_("Areas at medium risk")), len(rows) - high),
        states.figure(str(_("People concerned")), listed.concerned),
        states.figure(str(_("Statuses changed by this version")), listed.changed),
    ]


def _area(one: Area) -> dict[str, Any]:
    name = one.name if language() == "zh" or not one.name_en else one.name_en
    return {"code": one.code, "name": name, "level": _word(one.level), "tone": "bad" if one.level == HIGH else "warn"}


def _word(level: str) -> str:
    return str(dict(LEVELS)[level])


def _version(one: AreaList) -> dict[str, Any]:
    return {
        "version": one.version, "since": one.since, "until": one.until, "basis": one.basis,
        "areas": one.areas_,  # type: ignore[attr-defined]  # counted by the query
        "concerned": one.concerned, "changed": one.changed,
    }  # fmt: skip
