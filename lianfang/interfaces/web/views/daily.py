"""Entering and signing a unit's report (填报、零报告): what is known is shown, zeros are confirmed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from lianfang.capabilities.daily_report.actions import save_draft, signs_for
from lianfang.capabilities.daily_report.intake import receive_bulletin, receive_report, yesterday_of
from lianfang.domain.counts import CountItem
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.titles import labelled, listed
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told, unit_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import REPORT
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.answers import check_window
from lianfang.kernel.reporting.forms import DAILY, FLOOD, Edition, form_on
from lianfang.kernel.reporting.missing import unanswered
from lianfang.kernel.reporting.models import Draft, Tally
from lianfang.kernel.reporting.reports import current_report, gather, prefilled

HAZARDS = (FLOOD,)


def language() -> str:
    """The language of data that brings both: zh or en."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


@require_http_methods(["GET", "POST"])
@signed_in
def entry(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Enter a unit's report; signing sends it, "put aside" keeps it as a draft that counts nowhere."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit, on = _signing(actor, code, day)
    form = form_on(DAILY, on)
    if request.method == "GET":
        return page(request, "pages/unit_report.html", {"entry": _entry(actor, unit, on, form, {}, None)})
    try:
        return (
            _put_aside(request, actor, unit, on, form)
            if request.POST.get("draft")
            else _signed(request, actor, unit, on, form)
        )
    except Refused as refused:
        context = {"entry": _entry(actor, unit, on, form, request.POST, refused), "errors": errors_of(refused)}
        return page(request, "pages/unit_report.html", context, status=422)


def _signing(actor: Actor, code: str, day: str) -> tuple[Unit, date]:
    """The unit and the day of a report that the actor may sign now; refused for others, and for a day not open."""
    unit, on = unit_of(actor, code), parse_day(day, "day", [])
    if not signs_for(actor, unit):
        raise Refused("scope", "unit")
    check_window(unit, on, policy_of(unit, on=on))
    return unit, on


def _put_aside(request: HttpRequest, actor: Actor, unit: Unit, on: date, form: Edition) -> HttpResponse:
    values = {item.code: request.POST[item.code] for item in form.items if request.POST.get(item.code)}
    save_draft(actor, unit=unit, day=on, form=form.code, values=values)
    told(request, _("Put aside. It counts nowhere until it is signed."))
    return redirect(f"/board/{unit.code}?day={on}")


@transaction.atomic
def _signed(request: HttpRequest, actor: Actor, unit: Unit, on: date, form: Edition) -> HttpResponse:
    _check_ticks(request.POST)
    figures = {
        item.code: request.POST.get(item.code, "") for item in form.items if request.POST.get(item.code, "").strip()
    }
    known = {name: value for name, value in prefilled(unit, form, on).items() if name not in figures}
    raw: dict[str, Any] = {
        "unit": unit.code,
        "day": str(on),
        "remark": _remarks(request.POST),
        "reason": request.POST.get("reason", ""),
    }
    lines = {FLOOD: _hazard(request.POST, form_on(FLOOD, on))} if request.POST.get(FLOOD) else {}
    receive_bulletin(actor, {**raw, form.code: {**known, **figures}, **lines}, channel="form")
    return redirect(f"/reports/{unit.code}/{on}/{form.code}")


def _check_ticks(posted: Mapping[str, str]) -> None:
    if posted.get("tick") != "yes":
        raise Refused("required", "tick", reason="unticked")


def _remarks(posted: Mapping[str, str]) -> str:
    given = [posted[name].strip() for name in posted if name.startswith("remark") and posted[name].strip()]
    return "; ".join(given)[:500]


def _hazard(posted: Mapping[str, str], form: Edition) -> dict[str, Any]:
    """One hazard's line as the intake takes it: all well, or each figure of its form and what happened."""
    name = form.code
    if posted[name] == "normal":
        return {"nothing_to_report": True}
    given = {item.code: posted.get(f"{name}-{item.code}", "").strip() for item in form.items}
    remark = posted.get(f"{name}-remark", "").strip()
    missing = [Problem("required", item.code) for item in form.items if item.required and not given[item.code]]
    label = str(_("Remark on %(label)s")) % {"label": form.title[language()]}
    missing += [] if remark else [Problem("required", f"{name}-remark", column=label)]
    if missing:
        raise Refused(missing)
    return {"nothing_to_report": False, "remark": remark, **{code: value for code, value in given.items() if value}}


def _entry(
    actor: Actor, unit: Unit, on: date, form: Edition, posted: Mapping[str, str], refused: Refused | None
) -> dict[str, Any]:
    due = due_of(REPORT, unit, on)
    known = prefilled(unit, form, on)
    kept = _kept(unit, form, on)
    standing = current_report(unit, form.code, on)
    before = yesterday_of(unit, form, on) or {}
    gathered = gather(unit, form, on).frozen()
    items = [_item(item, known, {**kept, **dict(posted.items())}, before, refused) for item in form.items]
    for item in items:
        item["known"] = states.shown(item["known"], item["name"], gathered)
    return {
        "unit": str(unit),
        "day": on,
        "clock": states.countdown(str(_("Due")), due.due_at) if due else None,
        "action": f"/reports/{unit.code}/{on}/entry",
        "hidden": [],
        "groups": [{"title": form.title[language()], "items": items}],
        "zeros": None,
        "hazards": [_hazard_line(unit, on, name, posted, refused) for name in HAZARDS],
        "signer": actor.name,
        "reason": {"value": posted.get("reason", ""), "errors": said_of(refused, "reason") if refused else []}
        if standing and standing.returned_at is None
        else None,
        "unknown": _unknown(unit, on),
        "draft": True,
        "back_url": f"/board/{unit.code}?day={on}",
    }


def _unknown(unit: Unit, on: date) -> str:
    """Who is not accounted for, by name, before somebody signs how many are present."""
    found = unanswered(unit, on, states.slot_of(unit, on))
    people = Person.objects.filter(pk__in=[one.person_id for one in found]).order_by("sort_key")
    if not people:
        return ""
    return str(_("Not accounted for: {names}")).format(names=listed(person.name for person in people))


def _kept(unit: Unit, form: Edition, on: date) -> dict[str, str]:
    """What was typed before: the draft, or the report that is being corrected."""
    draft = Draft.objects.filter(unit=unit, form=form.code, day=on).first()
    standing = current_report(unit, form.code, on)
    values = draft.values if draft else standing.values if standing else {}
    return {name: str(value) for name, value in values.items()}


def _item(
    item: CountItem,
    known: Mapping[str, int],
    typed: Mapping[str, str],
    before: Mapping[str, int],
    refused: Refused | None,
) -> dict[str, Any]:
    problems = said_of(refused, item.code) if refused else []
    fact = known.get(item.code) if item.code not in typed and not problems else None
    return {
        "name": item.code,
        "label": item.zh if language() == "zh" else item.en,
        "hint": "",
        "unit": "",
        "known": fact,
        "value": typed.get(item.code, ""),
        "yesterday": before.get(item.code),
        "errors": problems,
        "warning": "",
        "remark": None,
    }


def _hazard_line(unit: Unit, on: date, name: str, posted: Mapping[str, str], refused: Refused | None) -> dict[str, Any]:
    form = form_on(name, on)
    standing, before = current_report(unit, name, on), current_report(unit, name, on - timedelta(days=1))
    chosen = posted.get(name) or ("" if standing is None else "normal" if standing.nothing_to_report else "event")
    kept = prefilled(unit, form, on) if standing is None or standing.nothing_to_report else standing.values
    return {
        "name": name,
        "label": form.title[language()],
        "value": chosen,
        "figures": [_hazard_figure(form, item, posted, kept, refused) for item in form.items],
        "remark": {
            "name": f"{name}-remark",
            "value": posted.get(f"{name}-remark", standing.remark if standing else ""),
        },
        "errors": said_of(refused, f"{name}-remark") if refused else [],
        "yesterday": str(_("not reported"))
        if before is None
        else str(_("all well"))
        if before.nothing_to_report
        else str(_("reported")),
    }


def _hazard_figure(
    form: Edition, item: CountItem, posted: Mapping[str, str], kept: Mapping[str, Any], refused: Refused | None
) -> dict[str, Any]:
    """A figure that is asked when there is something to report; what lower units have said stands in it already."""
    name = f"{form.code}-{item.code}"
    return {
        "id": item.code,
        "name": name,
        "label": _label(form, item.code),
        "value": posted.get(name, kept.get(item.code, "")),
        "errors": said_of(refused, item.code) if refused else [],
    }


@require_http_methods(["GET", "POST"])
@signed_in
def zero(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Sign a zero report: the figures, the sentence, and a tick that is never preset."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit, on = _signing(actor, code, day)
    form = form_on(DAILY, on)
    if request.method == "GET":
        return page(request, "pages/zero_report.html", {"zero": _zero(actor, unit, on, form)})
    try:
        _check_ticks(request.POST)
        raw = {
            "key": request.POST.get("key"),
            "unit": unit.code,
            "day": str(on),
            "nothing_to_report": True,
            "reason": request.POST.get("reason", ""),
        }
        receive_report(actor, raw, channel="form", mode="proxy")
    except Refused as refused:
        context = {"zero": _zero(actor, unit, on, form), "errors": errors_of(refused)}
        return page(request, "pages/zero_report.html", context, status=422)
    return redirect(f"/reports/{unit.code}/{on}/{form.code}")


def _zero(actor: Actor, unit: Unit, on: date, form: Edition) -> dict[str, Any]:
    gathered, known = gather(unit, form, on), prefilled(unit, form, on)
    sick = Tally.objects.filter(unit=unit, day=on).values_list("unwell", flat=True)
    figures = [states.figure(str(_("Units in")), gathered.received, of=gathered.expected)] if gathered.expected else []
    figures += [states.figure(_label(form, name), known.get(name)) for name in ("expected", "fever", "isolated")]
    return {
        "unit": str(unit),
        "day": on,
        "figures": figures,
        "sentence": labelled(str(unit), form.zero_sentence[language()]),
        "note": _gap_note(gathered.gaps) if gathered.gaps else "",
        "signer": actor.name,
        "action": f"/reports/{unit.code}/{on}/zero",
        "hidden": [{"name": "key", "value": f"zero-{uuid7()}"}],
        "back_url": f"/board/{unit.code}?day={on}",
        "unwell": sum(sick),
    }


def _label(form: Edition, name: str) -> str:
    item = form.item(name)
    return item.zh if language() == "zh" else item.en


def _gap_note(gaps: tuple[str, ...]) -> str:
    names = Unit.objects.filter(code__in=gaps).order_by("code")
    return str(_("Not in, and named in the report: {names}")).format(names=listed(str(u) for u in names))
