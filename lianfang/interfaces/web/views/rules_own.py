"""Numbers of one's own (自定参数): written line by line, looked at with what they change, then adopted."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.capabilities.rules.adopting import KEEPERS, preview
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.interfaces.web.views.rules import placed, seen_of
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import ANY, as_json

ASKED = ("title", "code", "hazard", "valid_from", "basis", "alternative", "parameters")
LONGEST = 20_000  # characters of the numbers typed; all of them together are a fifth of it


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The form; what was typed is looked at first, and adopted with the second button."""
    actor, unit = placed(request, code)
    if not actor.holds(KEEPERS, unit):
        raise Refused("scope", "unit")
    given = {name: request.POST.get(name, "")[:LONGEST] for name in ASKED}
    if request.method == "GET":
        return _page(request, unit, given | {"valid_from": str(clock.today(unit.zone)), "hazard": ANY}, {})
    try:
        asked = _asked(unit, given)
        if request.POST.get("adopt"):
            adopt_rules(actor, unit=unit, **asked)
            told(request, _("Adopted. What is under way keeps the edition it began under."))
            return redirect(f"/rules/{unit.code}")
        return _page(request, unit, given, seen_of(preview(_pack(unit, asked))) | {"looked": True})
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        return _page(request, unit, given, {}, refused)


def _asked(unit: Unit, given: Mapping[str, str]) -> dict[str, Any]:
    """What the action is given; refused by field."""
    for name in ("title", "code", "valid_from", "basis", "parameters"):
        if not given[name].strip():
            raise Refused("required", name)
    since: date = parse_day(given["valid_from"], "valid_from", [])
    words = {name: given[name].strip()[:300] for name in ("title", "basis", "alternative")}
    code, hazard = given["code"].strip()[:60], given["hazard"].strip()[:60] or ANY
    return {**words, "code": code, "hazard": hazard, "valid_from": since, "parameters": numbers_of(given["parameters"])}


def numbers_of(text: str) -> dict[str, Any]:
    """Numbers typed as in a shipped pack, one a line: `observation_days = 14`. Refused `rules.invalid`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("rules.invalid", "parameters", says=str(error)) from error


def _pack(unit: Unit, asked: Mapping[str, Any]) -> RulePack:
    plain = dict(asked) | {"parameters": as_json(asked["parameters"]), "series": asked["code"]}
    return RulePack(unit=unit, **plain)


def _page(
    request: HttpRequest, unit: Unit, given: Mapping[str, str], seen: Mapping[str, Any], refused: Refused | None = None
) -> HttpResponse:
    context = {
        "unit": str(unit), "given": given, "action": f"/rules/{unit.code}/own", "back_url": f"/rules/{unit.code}",
        **seen,
    }  # fmt: skip
    errors = errors_of(refused) if refused else []
    for one in errors:  # a number is a line of the one field that holds them all
        if one["href"].startswith("#f-parameters."):
            one["href"] = "#f-parameters"
    shown = {"own": context, "errors": errors}
    return page(request, "pages/rules_own.html", shown, status=422 if refused else 200)
