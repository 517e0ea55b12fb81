"""Detection settings of a unit (预警设置页): what each would cost in false alarms, on and off, the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.surveillance.actions import (
    KEEPERS,
    SETTING,
    number_text,
    propose_setting,
    refusal_of,
    switch_off,
    switch_on,
)
from lianfang.capabilities.surveillance.models import LEVEL_NAMES, METHOD_NAMES, DetectionRun, DetectionSetting
from lianfang.capabilities.surveillance.register import DetectionSettings
from lianfang.capabilities.surveillance.running import first_judged
from lianfang.capabilities.surveillance.syndromes import choices, words
from lianfang.domain.refusals import Refused
from lianfang.domain.surveillance.terms import AT_LEAST
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.interfaces.web.views.surveillance import watched_unit
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import read_parameters
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

MOST: Final = 100
CHIPS: Final[Mapping[str, str]] = {"proposed": "info", "on": "ok", "off": "wait"}
DEEDS: Final[Mapping[str, Callable[..., Any]]] = {"on": switch_on, "off": switch_off}


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The settings of a unit: in force, proposed, past; and the form for a new one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _shown(request, watched_unit(actor, code))


def _shown(
    request: HttpRequest, unit: Unit, *, posted: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today(unit.zone)
    policy = policy_of(unit, on=today)
    rows = DetectionSettings.rows(actor).filter(unit=unit)[:MOST]
    usual = {"method": "auto", "level": "class", "cases": "3", "window_days": "1", "alpha_percent": "0.1"}
    typed = {**usual, "valid_from": today.isoformat(), **(posted or {})}
    content = {
        "unit": str(unit), "back": f"/surveillance/{unit.code}", "limit": policy.false_alarms_a_day,
        "may": actor.holds(KEEPERS, unit),
        "on": [_setting(one, policy) for one in rows if one.state == "on"],
        "proposed": [_setting(one, policy) for one in rows if one.state == "proposed"],
        "off": [_setting(one, policy) for one in rows if one.state == "off"],
        "methods": _options(METHOD_NAMES, typed["method"]), "levels": _options(LEVEL_NAMES, typed["level"]),
        "syndromes": _options(choices(), typed.get("syndrome", "")),
    }  # fmt: skip
    context = {"settings": content, "typed": typed, "errors": errors or []}
    return page(request, "pages/surveillance_settings.html", context, status=422 if errors else 200)


def _options(pairs: Any, chosen: str) -> list[dict[str, Any]]:
    return [{"value": code, "label": str(word), "chosen": code == chosen} for code, word in pairs]


def _setting(one: DetectionSetting, policy: Any) -> dict[str, Any]:
    refused = refusal_of(one, policy) if one.state == "proposed" else None
    last = DetectionRun.objects.filter(setting=one).order_by("-at", "-day").first() if one.state == "on" else None
    return {
        "key": str(one.pk), "url": f"/surveillance/{one.unit.code}/settings/{one.pk}", "row": one,
        "syndrome": words(one.syndrome), "method": one.get_method_display(), "level": one.get_level_display(),
        "alpha": f"{float(one.alpha):.4%}".rstrip("0%").rstrip(".") + "%",
        "fixed": one.method == AT_LEAST, "state": {"state": CHIPS[one.state], "word": one.get_state_display()},
        "n": number_text(float(one.false_alarms)), "refused": sentence(refused.problems[0]) if refused else "",
        "rates": one.get_rates_display(), "last": last,
        "first": first_judged(one) if one.state == "on" and last is None else None, "moves": SETTING.allowed(one.state),
    }  # fmt: skip


@require_POST
@signed_in
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Propose a setting; it comes back with what it would cost, and is not switched on by that."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = _kept_by(actor, code)
    raw = _given(request, propose_setting)
    try:
        made = propose_setting(actor, **_read(propose_setting, actor, {**raw, "unit": unit.code}))
    except Refused as refused:
        return _shown(request, unit, posted=raw, errors=errors_of(refused))
    told(request, str(_("Proposed. It would cause about %(n)s false alarms a day.")) % {"n": _n(made)})
    return redirect(f"/surveillance/{unit.code}/settings#s-{made.pk}")


@require_POST
@signed_in
def do(request: HttpRequest, code: str, number: UUID, deed: str) -> HttpResponse:
    """Switch a setting on or off; refused, the page says why."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = _kept_by(actor, code)
    function = DEEDS.get(deed)
    found = DetectionSettings.rows(actor).filter(unit=unit, pk=number).first()
    if function is None or found is None:
        raise Http404
    try:
        function(actor, **_read(function, actor, {**_given(request, function), "setting": str(number)}))
    except Refused as refused:
        return _shown(request, unit, errors=errors_of(refused))
    return redirect(f"/surveillance/{unit.code}/settings")


def _kept_by(actor: Actor, code: str) -> Unit:
    """The unit in the address, for whoever decides on its settings."""
    unit = watched_unit(actor, code)
    if not actor.holds(KEEPERS, unit):
        raise Refused("scope", "unit")
    return unit


def _n(made: DetectionSetting) -> str:
    return number_text(float(made.false_alarms))


def _given(request: HttpRequest, function: Callable[..., Any]) -> dict[str, str]:
    names = {one.name for one in function.action.parameters}  # type: ignore[attr-defined]
    return {name: str(value) for name, value in request.POST.items() if name in names and str(value).strip()}


def _read(function: Callable[..., Any], actor: Actor, raw: Mapping[str, str]) -> dict[str, Any]:
    return read_parameters(function.action, actor, raw, channel="form")  # type: ignore[attr-defined]
