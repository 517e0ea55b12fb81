"""Persons over HTTP (人员): one person, masked; search by name; oneself. Nothing of a person is changed in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.db.models import Q, QuerySet

from lianfang.capabilities.persons.register import People
from lianfang.domain.parsing.text import clean_text, shown_name
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.api.endpoint import Call
from lianfang.interfaces.api.listing import zone_of
from lianfang.interfaces.api.reach import out_of_reach, uuid_of
from lianfang.interfaces.api.requests import read_object, read_query
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.registers.values import as_json
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within

NAME_LENGTH = 64  # characters
MOST_FOUND = 50  # persons in one answer of a search
OWN_DAYS = 14  # days of one's own answers that are shown
PERSON = ("id", "name", "id_type", "id_number", "phone", "birth_date", "memberships")
MEMBERSHIP = ("id", "unit", "kind", "number", "employer", "since", "until")
ME = ("account", "may_write", "posts", "person", "wards", "answers")
ANSWER = ("unit", "day", "slot", "state", "temperature", "symptoms", "health_code", "mode", "received_at", "revision")


def show_person(call: Call) -> dict[str, Any]:
    """One person within the caller's reach; number and phone are masked."""
    asked = read_query(call.request, ["fields"])
    names = _fields(asked.get("fields", ""))
    person = _person(call.actor, uuid_of(call.actor, call.path["id"]))
    shown = _shown(call.actor, person)
    return {name: shown[name] for name in names}


def _fields(text: str) -> Iterable[str]:
    names = [name.strip() for name in text.split(",")] if text else list(PERSON)
    if unknown := [name for name in names if name not in PERSON]:
        raise Refused([Problem("field.unknown", shown_name(name)) for name in unknown])
    return dict.fromkeys(names)


def _person(actor: Actor, key: UUID) -> Person:
    """The person, when they are on a roster the actor may see, or are oneself or a ward."""
    seen = actor.answers_for(key) or People.rows(actor).filter(person_id=key).exists()
    person = Person.objects.filter(pk=key).first() if seen else None
    if person is None:
        raise out_of_reach(actor)
    return person


def _memberships(actor: Actor, person: Person) -> QuerySet[Membership]:
    if actor.answers_for(person.pk):
        return Membership.objects.filter(person=person).select_related("unit").order_by("since")
    rows: QuerySet[Membership] = People.rows(actor).filter(person=person)
    return rows.order_by("since")


def _shown(actor: Actor, person: Person) -> dict[str, Any]:
    zone = zone_of(actor)
    return {
        "id": str(person.pk),
        "name": person.name,
        "id_type": person.id_type,
        "id_number": str(person.number) or None,
        "phone": str(person.phone) or None,
        "birth_date": as_json(person.birth_date, zone),
        "memberships": [_values(one, MEMBERSHIP, actor) for one in _memberships(actor, person)],
    }


def _values(row: Any, names: Iterable[str], actor: Actor) -> dict[str, Any]:
    zone = zone_of(actor)
    return {name: as_json(getattr(row, name), zone) for name in names}


def show_access_log(call: Call) -> dict[str, Any]:
    """When and why a person's number was opened, and by a duty of which unit; for those who may see the person."""
    read_query(call.request, ())
    person = _person(call.actor, uuid_of(call.actor, call.path["id"]))
    with within(EVERYTHING):
        opened = Event.objects.filter(subject=ref(person), kind="person.revealed", denied=False)
        rows = list(opened.select_related("unit").order_by("-at")[:MOST_FOUND])
    return {"rows": [_opening(one, call.actor) for one in rows]}


def _opening(event: Event, actor: Actor) -> dict[str, Any]:
    shown = _values(event, ("at", "kind", "unit"), actor)
    return {**shown, "purpose": event.facts.get("purpose")}


def search_persons(call: Call) -> dict[str, Any]:
    """Persons by a part of their name or its pinyin; a search is sent in the body, so that no name is in an address."""
    read_query(call.request, ())
    raw = read_object(call.request)
    _only(raw, ("name",))
    name = clean_text(raw.get("name"), "name", max_length=NAME_LENGTH, notes=[], required=True)
    if not People.open_to(call.actor):
        raise out_of_reach(call.actor)
    alike = Q(person__name__icontains=name) | Q(person__sort_key__icontains=name)
    found = People.rows(call.actor).filter(alike).order_by("person__sort_key", "id")[: MOST_FOUND + 1]
    rows = [_found(one) for one in found]
    return {"rows": rows[:MOST_FOUND], "more": len(rows) > MOST_FOUND}


def _found(one: Membership) -> dict[str, Any]:
    return {"id": str(one.person_id), "name": one.person.name, "unit": one.unit.code, "kind": one.kind}


def _only(raw: Mapping[str, Any], known: Iterable[str]) -> None:
    if extra := [name for name in raw if name not in known]:
        raise Refused([Problem("field.unknown", shown_name(name)) for name in extra])


def show_me(call: Call) -> dict[str, Any]:
    """One's own data; whatever else the address asks for, nobody else's."""
    actor = call.actor
    person = Person.objects.filter(pk=actor.person_id).first() if actor.person_id else None
    wards = Person.objects.filter(pk__in=actor.wards).order_by("sort_key", "pk")
    return {
        "account": _account(actor),
        "may_write": actor.may_write,
        "posts": [_post(grant, actor) for grant in _grants(actor)],
        "person": _shown(actor, person) if person else None,
        "wards": [_shown(actor, ward) for ward in wards],
        "answers": [{"person": str(one.person_id), **_values(one, ANSWER, actor)} for one in _own_answers(actor)],
    }


def _account(actor: Actor) -> dict[str, Any]:
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    return {"handle": account.handle if account else None, "name": actor.name, "machine": actor.machine}


def _grants(actor: Actor) -> list[Grant]:
    """The roles in force; those out of a narrowed token's scope are not among them."""
    held = {(post.role, post.unit.pk) for post in actor.posts}
    grants = Grant.objects.filter(account_id=actor.account_id or 0).select_related("unit").order_by("id")
    return [one for one in grants if (one.role, one.unit_id) in held and one.holds_at(clock.now())]


def _post(grant: Grant, actor: Actor) -> dict[str, Any]:
    return {"unit_name": str(grant.unit), **_values(grant, ("role", "unit", "since", "until"), actor)}


def _own_answers(actor: Actor) -> QuerySet[Answer]:
    persons = [one for one in (actor.person_id, *actor.wards) if one]
    first = clock.today(zone_of(actor)) - timedelta(days=OWN_DAYS)
    own = Answer.objects.filter(person_id__in=persons, day__gte=first).select_related("unit")
    return own.order_by("-day", "-slot", "person_id")


def change_person(call: Call) -> NoReturn:
    """Nothing of a person is changed in place: every member is refused."""
    read_query(call.request, ())
    _person(call.actor, uuid_of(call.actor, call.path["id"]))
    refuse_members(read_object(call.request), PERSON)


def change_me(call: Call) -> NoReturn:
    """Nobody changes their own role, unit or record here: every member is refused."""
    read_query(call.request, ())
    refuse_members(read_object(call.request), (*ME, "role", "unit", *PERSON))


def refuse_members(raw: Mapping[str, Any], known: Iterable[str]) -> NoReturn:
    """Refuse every member: `field.read_only` what is shown, `field.unknown` the rest; an empty body is `required`."""
    known = set(known)
    problems = [Problem("field.read_only" if name in known else "field.unknown", shown_name(name)) for name in raw]
    raise Refused(problems or [Problem("required")])
