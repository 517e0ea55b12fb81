"""Filling in a form (填报页): what is held is shown, only the rest is asked; by a unit, or by people for themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.burden.filling import (
    HELPERS,
    Asking,
    answer_form,
    asking_of_person,
    asking_of_unit,
    fill_form,
    fills_for,
)
from lianfang.capabilities.burden.known import held_of_person
from lianfang.capabilities.burden.models import (
    CHOICE,
    COUNT,
    DAY,
    FLAG,
    MEASURE,
    PEOPLE,
    PUBLISHED,
    TEXT,
    UNITS,
    FormField,
    PersonFilling,
    RegisteredForm,
    UnitFilling,
    in_language,
)
from lianfang.capabilities.burden.periods import period_of
from lianfang.capabilities.burden.values import read_values, written
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import day_of, errors_of, page, signed_in, told, unit_of
from lianfang.interfaces.web.views.tables import Head, act, chip, detail, plain_table, row, text
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person, on_roster

INPUTS = {COUNT: "number", MEASURE: "decimal", TEXT: "text", CHOICE: "select", FLAG: "radio", DAY: "date"}
BEFORE = "v-"  # of the names of the fields, so that none is taken for the day or the reason


@require_http_methods(["GET", "POST"])
@signed_in
def fill(request: HttpRequest, number: UUID, code: str) -> HttpResponse:
    """A unit fills a form in for the period of a day; sent again, it is a correction with its reason."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not fills_for(actor, unit):
        raise Http404
    form, day = _asked(number, UNITS), day_of(request, unit)
    asking = asking_of_unit(form, unit, day)
    before = UnitFilling.objects.filter(unit=unit, form=form.code, day=asking.period.first, current=True).first()
    held = [(one, _said(one, asking.held[one.code])) for one in asking.fields if one.code in asking.held]
    sheet = _Sheet(asking, str(unit), day, held, before)
    return _sent(request, sheet, lambda values, reason: fill_form(
        actor, unit=unit, form=form.code, values=values, day=day, reason=reason,
    ), back=f"/forms/{form.pk}")  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def answer(request: HttpRequest, number: UUID, person: UUID) -> HttpResponse:
    """A form for oneself, a child one answers for, or somebody of one's class."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = _asked(number, PEOPLE)
    membership = _membership(actor, form, person)
    unit, who = membership.unit, membership.person
    day = day_of(request, unit)
    asking = asking_of_person(form, unit, who, day)
    before = PersonFilling.objects.filter(person=who, form=form.code, day=asking.period.first, current=True).first()
    known = held_of_person(who, unit, asking.fields, min(asking.period.last, clock.today(unit.zone)))
    held = [(one, _said(one, known[one.code])) for one in asking.fields if one.code in known]
    sheet = _Sheet(asking, who.name, day, held, before)
    own = actor.answers_for(person)
    return _sent(request, sheet, lambda values, reason: answer_form(
        actor, unit=unit, person=who, form=form.code, values=values, day=day, reason=reason,
    ), back="/today" if own else f"/forms/{form.pk}/people/{unit.code}")  # fmt: skip


@signed_in
def people(request: HttpRequest, number: UUID, code: str) -> HttpResponse:
    """Who of a class has filled a form in and who has not, for whoever may fill it in for them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit, form = unit_of(actor, code), _asked(number, PEOPLE)
    if not actor.holds(HELPERS, unit) or not form.unit.covers(unit):
        raise Http404
    day = day_of(request, unit)
    on = Membership.objects.filter(on_roster(day), unit=unit).select_related("person").order_by("person__sort_key")
    first = period_of(form.frequency, form.begins_on or day, day).first
    given = PersonFilling.objects.filter(unit=unit, form=form.code, day=first, current=True)
    done = set(given.values_list("person_id", flat=True))
    rows = [_person_row(form, one.person, one.person_id in done) for one in on]
    heads = [Head(_("Name")), Head(_("State"))]
    shown = detail(str(form), str(unit), [(_("Filled in"), _("{n} of {of}").format(n=len(done), of=len(rows)))]) | {
        "sections": [{"title": str(_("People")), "table": plain_table(str(_("People")), heads, rows)}] if rows else [],
        "back": {"label": str(form), "url": f"/forms/{form.pk}"},
    }
    return page(request, "pages/detail.html", {"detail": shown})


def _person_row(form: RegisteredForm, person: Person, done: bool) -> dict[str, Any]:
    state = chip("ok", pgettext("of a form", "filled in")) if done else chip("warn", str(_("missing")))
    verb = _("Correct") if done else _("Fill in")
    return row(str(person.pk), [text(person.name), state], act(verb, f"/forms/{form.pk}/answer/{person.pk}"))


def _asked(number: UUID, answered_by: str) -> RegisteredForm:
    """The version that is asked now of the form of this number, in whatever version the address names it."""
    named = RegisteredForm.objects.filter(pk=number, answered_by=answered_by).first()
    form = named and RegisteredForm.objects.filter(code=named.code, state=PUBLISHED).select_related("unit").first()
    if not form:
        raise Http404
    return form


def _membership(actor: Actor, form: RegisteredForm, person: UUID) -> Membership:
    """Where the person belongs under whoever asks, if the actor may fill in for them."""
    found = Membership.objects.filter(person_id=person, until__isnull=True).select_related("unit", "person")
    for one in found:
        if form.unit.covers(one.unit) and (actor.answers_for(person) or actor.holds(HELPERS, one.unit)):
            return one
    raise Http404


class _Sheet:
    """A form as it lies on the desk: what is asked, for whom, what is held, and what was sent before."""

    def __init__(
        self, asking: Asking, who: str, day: date, held: list[tuple[FormField, str]],
        before: UnitFilling | PersonFilling | None,
    ) -> None:  # fmt: skip
        self.asking, self.who, self.day, self.held, self.before = asking, who, day, held, before

    def values(self) -> dict[str, str]:
        """What was sent before, as it would be typed."""
        return {code: _typed(value) for code, value in (self.before.values if self.before else {}).items()}


def _typed(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sent(
    request: HttpRequest, sheet: _Sheet, send: Callable[[Mapping[str, Any], str], Any], *, back: str
) -> HttpResponse:
    """Show the sheet, or send what was typed; what was typed stays while it is refused."""
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _shown(request, sheet, back, sheet.values(), None)})
    posted = {one.code: request.POST.get(BEFORE + one.code, "") for one in sheet.asking.asked}
    try:
        values, _notes = read_values(sheet.asking.asked, posted, sheet.asking.held, channel="form")
        send(values, request.POST.get("reason", ""))
    except Refused as refused:
        named = _named(refused, sheet.asking)
        form = _shown(request, sheet, back, posted, named)
        return page(request, "pages/form.html", {"form": form, "errors": errors_of(named)}, status=422)
    told(request, str(_("Sent.")))
    return redirect(back)


def _named(refused: Refused, asking: Asking) -> Refused:
    """The problems at their fields of the page, by the words of the fields."""
    words = {one.code: str(one) for one in asking.fields}
    problems = []
    for one in refused.problems:
        facts = {**one.facts, **({"whole": words.get(one.facts["whole"], "")} if "whole" in one.facts else {})}
        problem = replace(one, facts=facts)
        named = one.field in words
        problems.append(replace(problem, field=BEFORE + one.field, column=words[one.field]) if named else problem)
    return Refused(problems)


def _shown(
    request: HttpRequest, sheet: _Sheet, back: str, typed: Mapping[str, str], refused: Refused | None
) -> dict[str, Any]:
    asking = sheet.asking
    fields = [_field(one, typed.get(one.code, ""), asking, refused) for one in asking.asked]
    if sheet.before is not None:
        fields.append(
            _bare("reason", str(_("Reason of the correction")), "text", request.POST.get("reason", ""), refused)
        )
    fields.append({**_bare("day", "", "hidden", str(sheet.day), None)})
    first, last = asking.period.first, asking.period.last
    days = str(first) if first == last else f"{first} – {last}"
    return {
        "title": str(asking.form),
        "sub": f"{sheet.who} · {days}",
        "intro": _intro(sheet),
        "facts": [{"label": str(one), "value": said} for one, said in sheet.held],
        "fields": fields,
        "action": request.path,
        "verb": str(_("Send the correction") if sheet.before else _("Send")),
        "files": False, "sentence": "", "tick": "", "danger": False,
        "back_url": back,
    }  # fmt: skip


def _intro(sheet: _Sheet) -> str:
    if sheet.before is not None:
        at = sheet.before.filled_at.astimezone(sheet.before.unit.zone)
        said = _("Sent at {at} by {name}; a correction keeps what was sent.")
        return str(said).format(at=f"{at:%Y-%m-%d %H:%M}", name=sheet.before.filled_by)
    return str(_("What is held already is not asked again.")) if sheet.held else ""


def _field(one: FormField, value: str, asking: Asking, refused: Refused | None) -> dict[str, Any]:
    shown = _bare(BEFORE + one.code, str(one), INPUTS[one.kind], value, refused)
    choices = [(choice["code"], in_language(choice["zh"], choice["en"])) for choice in one.choices]
    if one.kind == FLAG:
        choices = [("true", str(_("yes"))), ("false", str(_("no")))]
    offered = [{"value": v, "label": w, "chosen": v == value} for v, w in choices]
    return shown | {"hint": _hint(one, asking), "required": one.required, "choices": offered, "short": one.kind == DAY}


def _hint(one: FormField, asking: Asking) -> str:
    low, high = (None if value is None else written(value) for value in (one.minimum, one.maximum))
    words = {each.code: str(each) for each in asking.fields}
    said = [
        str(_("at least {n}")).format(n=low) if low is not None else "",
        str(_("at most {n}")).format(n=high) if high is not None else "",
        str(_("not more than “{field}”")).format(field=words.get(one.at_most, "")) if one.at_most else "",
    ]
    return ", ".join(part for part in said if part)


def _bare(name: str, label: str, kind: str, value: str, refused: Refused | None) -> dict[str, Any]:
    problems = refused.problems if refused else []
    return {
        "name": name, "label": label, "hint": "", "kind": kind, "value": value,
        "errors": [sentence(problem) for problem in problems if problem.field == name], "required": True, "unit": "",
        "choices": [], "autocomplete": "off", "short": False, "accept": "",
    }  # fmt: skip


def _said(one: FormField, value: Any) -> str:
    """What is held, in words; a dash where nothing is."""
    if value is None or value == []:
        return "—"
    if one.held_as == "unit.kind":
        return str(dict(Unit._meta.get_field("kind").flatchoices).get(value, value))
    return str(_("yes") if value else _("no")) if isinstance(value, bool) else str(value)
