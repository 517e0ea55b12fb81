"""The rules of a unit as pages (规则页): editions in force and their numbers, a preview before one is adopted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.rules.actions import adopt_edition
from lianfang.capabilities.rules.adopting import KEEPERS, Preview, preview, shipped_pack
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.domain.rules.changes import Change, compared
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.interfaces.web.views.frame import day_of, errors_of, page, signed_in, told, unit_of
from lianfang.interfaces.web.views.rules_words import meaning_of, source_words, value_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import ANY, DEFAULT, Rules, default_policy, laid, shipped, shipped_codes
from lianfang.kernel.registers.register import registers

KEY_NUMBERS = ("observation_days", "home_days", "lookback_days", "transfer_hours", "secondary_contacts", "test_days")


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The editions in force for a unit on a day, what each changes, and the shipped ones that could be adopted."""
    actor, unit = placed(request, code)
    day = day_of(request, unit)
    context = {
        "unit": str(unit), "day": day, "url": f"/rules/{unit.code}", "may_adopt": actor.holds(KEEPERS, unit),
        "in_force": _in_force(unit, day), "shipped": _shipped(unit, day),
        "adopt_url": f"/rules/{unit.code}/own", "list_url": "/list/rules" if registers["rules"].open_to(actor) else "",
    }  # fmt: skip
    return page(request, "pages/rules.html", {"rules": context})


def placed(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """The unit in the address, over which the actor holds a duty."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not any(post.unit.covers(unit) for post in actor.posts):
        raise Refused("scope", "unit")
    return actor, unit


def _in_force(unit: Unit, day: date) -> list[dict[str, Any]]:
    """The default pack and each pack adopted over it, strongest last, with the numbers that it changes."""
    pack = shipped(DEFAULT)["pack"]
    generic = {
        "title": pack[f"title_{language()}"], "code": DEFAULT, "unit": "", "since": pack["valid_from"], "until": None,
        "basis": pack["basis_zh" if language() == "zh" else "basis"], "grade": "", "hazard": ANY, "changes": [],
    }  # fmt: skip
    chain = Rules(day).chain_of_all(unit)
    return [generic, *(_adopted(pack, chain, number) for number, pack in enumerate(chain))]


def _adopted(pack: RulePack, chain: Sequence[RulePack], number: int) -> dict[str, Any]:
    before = [one for one in chain[:number] if one.hazard in (ANY, pack.hazard)]
    changes = compared(
        laid(before) if before else default_policy(), laid([*before, pack]), since=pack.valid_from,
        hazard=pack.hazard, sources=pack.sources,
    )  # fmt: skip
    return {
        "title": title_of(pack), "code": pack.code, "unit": str(pack.unit or ""), "since": pack.valid_from,
        "until": pack.valid_until, "basis": pack.basis, "grade": pack.grade, "hazard": pack.hazard,
        "alternative": pack.alternative, "changes": [_change(one) for one in changes.items],
    }  # fmt: skip


def title_of(pack: RulePack) -> str:
    """A pack's title in the language in force."""
    return pack.title if language() == "zh" or not pack.title_en else pack.title_en


def _change(one: Change) -> dict[str, Any]:
    return {
        "name": one.name, "meaning": meaning_of(one.name), "old": value_of(one.old), "new": value_of(one.new),
        "source": source_words(one.source),
    }  # fmt: skip


def _shipped(unit: Unit, day: date) -> list[dict[str, Any]]:
    adopted = {pack.code: pack for pack in RulePack.objects.filter(unit=unit).order_by("valid_from")}
    return [_edition(unit, code, adopted.get(code), day) for code in shipped_codes() if code != DEFAULT]


def _edition(unit: Unit, code: str, adopted: RulePack | None, day: date) -> dict[str, Any]:
    found = shipped(code)
    pack, numbers = found["pack"], found["parameters"]
    holds = adopted is not None and adopted.valid_from <= day and (adopted.valid_until or day) >= day
    return {
        "code": code, "title": pack[f"title_{language()}"], "since": pack["valid_from"],
        "until": pack.get("valid_until"), "grade": pack["grade"],
        "state": "in_force" if holds else "adopted" if adopted else "",
        "numbers": [value_of(_tuples(numbers[name])) if name in numbers else "" for name in KEY_NUMBERS],
        "notes": [note[language()] for note in found.get("notes", [])],
        "url": f"/rules/{unit.code}/preview?edition={code}",
    }  # fmt: skip


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@require_GET
@signed_in
def look(request: HttpRequest, code: str) -> HttpResponse:
    """What adopting an edition would change here, before anything is written."""
    actor, unit = placed(request, code)
    given = {name: request.GET.get(name, "") for name in ("edition", "valid_from", "basis", "alternative")}
    return _preview_page(request, actor, unit, given)


def _preview_page(
    request: HttpRequest, actor: Actor, unit: Unit, given: dict[str, str], refused: Refused | None = None
) -> HttpResponse:
    since = parse_day(given["valid_from"], "valid_from", []) if given["valid_from"] else clock.today(unit.zone)
    pack = shipped_pack(unit, given["edition"], since=since)
    seen = preview(pack)
    context = {
        "unit": str(unit), "title": title_of(pack), "edition": pack.code, "since": since,
        "own_since": shipped(pack.code)["pack"]["valid_from"], "grade": pack.grade, "back_url": f"/rules/{unit.code}",
        "look_url": f"/rules/{unit.code}/preview", "action": f"/rules/{unit.code}/adopt",
        "may_adopt": actor.holds(KEEPERS, unit), "given": given, **seen_of(seen),
    }  # fmt: skip
    errors = errors_of(refused) if refused else []
    shown = {"preview": context, "errors": errors}
    return page(request, "pages/rules_preview.html", shown, status=422 if refused else 200)


def seen_of(seen: Preview) -> dict[str, Any]:
    """What a preview shows: what changes, whom it touches, and where a higher unit asks for more."""
    return {
        "changes": [_change(one) for one in seen.changes.items],
        "touched": [
            {"label": str(one.label), "count": one.count, "effect": str(one.effect)} for one in seen.touched
        ],
        "looser": [
            {"meaning": meaning_of(one.name), "above": value_of(_tuples(one.above)),
             "below": value_of(_tuples(one.below)), "unit": str(_owner(one.owner))} for one in seen.looser
        ],
    }  # fmt: skip


def _owner(number: str) -> Unit | str:
    return Unit.objects.filter(pk=number).first() or number


@require_POST
@signed_in
def adopt(request: HttpRequest, code: str) -> HttpResponse:
    """Adopt the edition that was looked at."""
    actor, unit = placed(request, code)
    given = {name: request.POST.get(name, "") for name in ("edition", "valid_from", "basis", "alternative")}
    try:
        since = parse_day(given["valid_from"], "valid_from", []) if given["valid_from"] else None
        adopt_edition(
            actor, unit=unit, edition=given["edition"], basis=given["basis"], valid_from=since,
            alternative=given["alternative"],
        )  # fmt: skip
    except Refused as refused:
        if any(one.field == "edition" or one.code in ("scope", "role.ended") for one in refused.problems):
            raise
        return _preview_page(request, actor, unit, _with_a_day(given), refused)
    told(request, _("Edition adopted. What is under way keeps the edition it began under."))
    return redirect(f"/rules/{unit.code}")


def _with_a_day(given: dict[str, str]) -> dict[str, str]:
    """The day as it can be shown again: one that cannot be read is left out, and said above."""
    try:
        parse_day(given["valid_from"], "valid_from", [])
    except Refused:
        return given | {"valid_from": ""}
    return given
