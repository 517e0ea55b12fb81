"""Forms for the deeds of command, census, pairs and recall (业务操作表单): one engine, a table of deeds an area.

A deed's fields are read by the action's own reader (`kernel.fields`), as in the API; a refusal comes back to its field.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianfang.domain.refusals import Refused
from lianfang.interfaces.titles import title_of
from lianfang.interfaces.web.views.frame import errors_of, page, told, unit_of
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.actions import Action
from lianfang.kernel.fields import LABELS, read_parameters
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors, under
from lianfang.kernel.people.models import ID_TYPES, Membership, on_roster
from lianfang.kernel.places.ops import guests
from lianfang.kernel.scope import EVERYTHING, within

MOST = 300  # choices of one field; beyond, a name is typed
Choices = Iterable[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a form: the action's parameter, the kind of input, and what may be chosen."""

    name: str
    kind: str = "text"
    choices: Choices = ()
    required: bool = True
    hint: Any = ""
    value: str = ""
    label: Any = ""
    chosen: Collection[str] = ()  # of several checkboxes, those that are ticked before anybody has chosen


@dataclass(frozen=True, slots=True)
class Deed:
    """An action as a page offers it: what is asked, and the row of the address that it is about.

    `row` names the parameter that the row of the address fills, `model` its table; `lists` read a text area.
    """

    function: Callable[..., Any]
    asks: Callable[[Actor, Unit, Any], Sequence[Ask]]
    model: type[Model] | None = None
    row: str = ""
    lists: Mapping[str, Callable[[str], list[Any]]] = field(default_factory=dict)
    facts: Callable[[Any], Sequence[tuple[Any, Any]]] | None = None
    danger: bool = False

    @property
    def action(self) -> Action:
        """What the registry knows of it."""
        found: Action = self.function.action  # type: ignore[attr-defined]
        return found


def placed(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """Who is signed in and the unit of the address, over which they hold some duty."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if "\x00" in request.path:
        raise Http404  # nothing is called so, and the database would not take it
    unit = unit_of(actor, code)
    if not any(post.unit.covers(unit) for post in actor.posts):
        raise Refused("scope", "unit")
    return actor, unit


def answer(
    request: HttpRequest, code: str, deeds: Mapping[str, Deed], name: str, number: str, home: str
) -> HttpResponse:
    """The form of one deed; sent, it is done and one comes back to `home`."""
    actor, unit = placed(request, code)
    deed = deeds.get(name)
    if deed is None or bool(number) != bool(deed.model):
        raise Http404
    if not actor.holds(deed.action.by, unit):
        raise Refused("scope", "unit")
    row = _row(deed, unit, number) if deed.model else None
    asks = deed.asks(actor, unit, row)
    if request.method == "GET":
        return _page(request, deed, unit, row, asks, home)
    try:
        perform(actor, deed.action, _raw(deed, unit, number, asks, request.POST))
    except Refused as refused:
        return _page(request, deed, unit, row, asks, home, refused)
    told(request, str(_("Done.")))
    return redirect(home)


def perform(actor: Actor, action: Action, raw: Mapping[str, Any]) -> Any:
    """Read raw values as the action wants them, and do it."""
    return action.call(actor, **read_parameters(action, actor, raw, channel="form"))


def _row(deed: Deed, unit: Unit, number: str) -> Any:
    """The row in the address, of the unit or one under it."""
    assert deed.model is not None  # noqa: S101  for the type checker; the caller asked
    try:
        key = deed.model._meta.pk.to_python(number)
    except ValidationError:
        raise Http404 from None
    if isinstance(key, int) and key >= 2**63:
        raise Http404
    found = deed.model._default_manager.filter(pk=key).select_related("unit").first()
    if found is None or not unit.covers(found.owning_unit()):  # type: ignore[attr-defined]
        raise Http404
    return found


def _raw(deed: Deed, unit: Unit, number: str, asks: Sequence[Ask], posted: QueryDict) -> dict[str, Any]:
    raw: dict[str, Any] = {deed.row: number} if deed.row else {}
    if any(parameter.name == "unit" for parameter in deed.action.parameters):
        raw["unit"] = unit.code
    for ask in asks:
        value = _value(deed, unit, ask, posted)
        if value not in ("", []):
            _put(raw, ask.name, value)
    return raw


def _value(deed: Deed, unit: Unit, ask: Ask, posted: QueryDict) -> Any:
    if ask.kind == "checkboxes":
        return posted.getlist(ask.name)
    text = posted.get(ask.name, "").strip()
    if ask.name in deed.lists:
        return deed.lists[ask.name](text)
    return _somebody(unit, text) if ask.name == "person" and text else text


def _put(raw: dict[str, Any], name: str, value: Any) -> None:
    """`person.name` goes into the person."""
    outer, dot, inner = name.partition(".")
    if dot:
        raw.setdefault(outer, {})[inner] = value
    else:
        raw[name] = value


def _somebody(unit: Unit, text: str) -> str:
    """The id of a person given by id, or by a name that only one person under the unit has."""
    try:
        return str(UUID(text))
    except ValueError:
        found = {*_roster(unit).filter(person__name=text).values_list("person_id", flat=True)[:2]}
        found |= {*_guests(unit).filter(person__name=text).values_list("person_id", flat=True)[:2]}
    if len(found) != 1:
        raise Refused("person.ambiguous" if found else "scope", "person")
    return str(found.pop())


def _roster(unit: Unit) -> Any:
    return Membership.objects.filter(on_roster(clock.today(unit.zone)), under(unit, "unit__"))


def _guests(unit: Unit) -> Any:
    return guests().filter(under(unit, "unit__"))


def people_of(unit: Unit, *, staying: bool = False) -> list[tuple[str, str]]:
    """The people on rosters under a unit, with the guests of its sites where they are meant too, to choose from.

    None when they are too many and a name is typed.
    """
    order = ("person__sort_key", "person_id")
    rows = list(_roster(unit).select_related("person", "unit").order_by(*order)[: MOST + 1])
    here = list(_guests(unit).order_by(*order)[: MOST + 1]) if staying else []
    found = {str(one.person_id): f"{one.person.name} · {one.unit}" for one in [*here, *rows]}
    return list(found.items()) if len(found) <= MOST else []


def somebody(unit: Unit, *, staying: bool = False) -> Ask:
    """The question who: chosen from a list, or by name where there are too many for one."""
    choices = people_of(unit, staying=staying)
    if choices:
        return Ask("person", "select", choices)
    return Ask("person", hint=_("Full name as on the roster"))


def accounts_of(unit: Unit) -> list[tuple[str, str]]:
    """The accounts that hold some duty over the unit, from above or under it, by name."""
    at, above = clock.now(), [unit.pk, *(one.pk for one in ancestors(unit))]
    with within(EVERYTHING):
        held = Grant.objects.filter(since__lte=at, until__gt=at)
        near = held.filter(unit__in=above) | held.filter(under(unit, "unit__"))
        numbers = set(near.values_list("account_id", flat=True)[: 4 * MOST])
        rows = Account.objects.filter(pk__in=numbers, is_active=True).order_by("name", "handle")[:MOST]
        return [(one.handle, f"{one.name} ({one.handle})") for one in rows]


def identity() -> list[Ask]:
    """The questions about somebody who may be new to the register."""
    return [
        Ask("person.name", label=_("Name")),
        Ask("person.id_type", "select", ID_TYPES, label=_("Document")),
        Ask("person.id_number", label=_("ID number"), required=False),
        Ask("person.id_reason", label=_("Why there is no document"), required=False),
        Ask("person.phone", "tel", label=_("Phone"), required=False),
    ]


def named(name: str = "name") -> Ask:
    """What a thing, not a person, is called."""
    return Ask(name, label=pgettext("of a unit", "Name"))


def nothing(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    """Nothing is asked: the form only says what will be done."""
    return ()


def reason(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    """Just why."""
    return [Ask("reason")]


def lines(text: str) -> list[str]:
    """A text area as its lines that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _page(
    request: HttpRequest, deed: Deed, unit: Unit, row: Any, asks: Sequence[Ask], home: str,
    refused: Refused | None = None,
) -> HttpResponse:  # fmt: skip
    form = {
        "title": title_of(deed.action.kind), "sub": str(unit), "intro": "", "facts": _facts(deed, row),
        "fields": [_field(ask, request.POST, refused) for ask in asks], "action": request.path,
        "verb": title_of(deed.action.kind), "files": False, "sentence": "", "tick": "", "danger": deed.danger,
        "back_url": home,
    }  # fmt: skip
    vacate = f"/command/{unit.code}/vacate/{getattr(row, 'pk', '')}"
    errors = errors_of(refused, ways={"slot.taken": (title_of("slot.vacated"), vacate)}) if refused else []
    context = {"form": form, "errors": errors} if refused else {"form": form}
    return page(request, "pages/form.html", context, status=422 if refused else 200)


def _facts(deed: Deed, row: Any) -> list[dict[str, str]]:
    named = row is not None and "__str__" in vars(type(row))
    told = deed.facts(row) if deed.facts else [(_("About"), row)] if named else []
    return [{"label": str(label), "value": str(value)} for label, value in told]


def _said(name: str, refused: Refused) -> list[str]:
    """What is wrong with a field, or with one of the several things it lists."""
    return [sentence(one) for one in refused.problems if one.field == name or one.field.startswith(f"{name}[")]


def _field(ask: Ask, posted: QueryDict, refused: Refused | None) -> dict[str, Any]:
    value = posted.get(ask.name, ask.value)
    chosen = set(posted.getlist(ask.name)) or {value, *(() if posted else ask.chosen)}
    return {
        "name": ask.name, "label": str(ask.label or LABELS.get(ask.name, ask.name)), "hint": str(ask.hint),
        "kind": ask.kind, "value": value, "required": ask.required, "unit": "", "autocomplete": "off",
        "choices": [{"value": v, "label": str(w), "chosen": v in chosen} for v, w in ask.choices],
        "errors": _said(ask.name, refused) if refused else [],
        "short": ask.kind in ("date", "time"), "accept": "",
    }  # fmt: skip
