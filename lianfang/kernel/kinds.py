"""Kinds of parameters (参数种类): how a raw value of an action's parameter is read, and its JSON schema."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, partial
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from lianfang.domain.answers import PersonRef
from lianfang.domain.parsing.choices import parse_yes_no
from lianfang.domain.parsing.dates import parse_day, parse_moment
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import LARGEST_COUNT, parse_count, parse_measure
from lianfang.domain.parsing.person import parse_person
from lianfang.domain.parsing.text import clean_text, is_blank, one_line
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.addressing import unit_named
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import default_policy, policy_of
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.shapes import PERSON, Entry, Shape

TEXT_LENGTH = 300  # characters of one text; the longest column an action fills has as many
MOST_ROWS = 1_000  # rows that one action takes
FIRST_YEAR, LAST_YEAR = 1900, 2199  # days outside are slips, and days at the calendar's ends cannot be reckoned with
_LARGEST_KEY = 2**63 - 1  # of a PostgreSQL bigint


@dataclass(frozen=True, slots=True)
class Asked:
    """How a value is read: for whom, through which door ("json", "text" or "form"), under which name, owed or not."""

    by: Actor
    channel: str
    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of parameter: how a raw value is read, and the JSON schema of what is given."""

    read: Callable[[Asked, Any], Any]
    schema: Mapping[str, Any]


def kind_of(annotation: Any) -> Kind:
    """The kind of an annotation; `LookupError` when there is none."""
    bare = bare_of(annotation)
    if bare in KINDS:
        return KINDS[bare]
    if isinstance(bare, type) and issubclass(bare, models.Model):
        return _row_kind(bare)
    origin, inner = typing.get_origin(bare), typing.get_args(bare)
    if origin is Sequence:
        return _list_kind(kind_of(inner[0]))
    if origin is Mapping:
        return _mapping_kind(inner[0])
    if origin is Annotated:
        return replace(kind_of(inner[0]), schema=_told(bare.__metadata__[0]))
    raise LookupError(f"no reader for {annotation!r}")


@cache
def _told(shape: Shape) -> Mapping[str, Any]:
    return shape.schema(lambda annotation: kind_of(annotation).schema)


def bare_of(annotation: Any) -> Any:
    """The annotation without "or None"."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        inner = [one for one in typing.get_args(annotation) if one is not types.NoneType]
        return inner[0] if len(inner) == 1 else annotation
    return annotation


def _text(asked: Asked, raw: Any) -> str:
    return clean_text(raw, asked.name, max_length=TEXT_LENGTH, notes=[], required=asked.required)


def _count(asked: Asked, raw: Any) -> int:
    return parse_count(raw, asked.name, [], channel=asked.channel)


def _measure(asked: Asked, raw: Any) -> Decimal:
    return parse_measure(raw, asked.name, [], low=Decimal(0), high=Decimal(LARGEST_COUNT))


def _flag(asked: Asked, raw: Any) -> bool:
    if is_blank(raw):
        raise Refused("required", asked.name)
    return parse_yes_no(raw, asked.name, [], channel=asked.channel)


def _day(asked: Asked, raw: Any) -> date:
    day = parse_day(raw, asked.name, [])
    _refuse_far(day.year, asked.name)
    return day


def _moment(asked: Asked, raw: Any) -> datetime:
    moment = parse_moment(raw, asked.name, [], zone=timezone.get_default_timezone(), channel=asked.channel)
    _refuse_far(moment.year, asked.name)
    return moment


def _refuse_far(year: int, name: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused("date.out_of_window", name, low=f"{FIRST_YEAR}-01-01", high=f"{LAST_YEAR}-12-31")


def _time(asked: Asked, raw: Any) -> time:
    text = one_line(raw, asked.name)
    if not text:
        raise Refused("required", asked.name)
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Refused("time.invalid", asked.name) from None


def _unit(asked: Asked, raw: Any) -> Unit:
    return unit_named(asked.by, raw, field=asked.name)


def _account(asked: Asked, raw: Any) -> Account:
    handle = one_line(raw, asked.name)
    if not handle:
        raise Refused("required", asked.name)
    account: Account = _found(Account.objects.filter(handle=handle, is_active=True), asked.name)
    return account


def _report(asked: Asked, raw: Any) -> UnitReport:
    reports = UnitReport.objects.filter(receipt=_uuid(asked, raw)).select_related("unit")
    report: UnitReport = _found(reports, asked.name)
    return report


def _uuid(asked: Asked, raw: Any) -> UUID:
    text = one_line(raw, asked.name)
    if not text:
        raise Refused("required", asked.name)
    try:
        return UUID(text)
    except ValueError:
        raise Refused("scope", asked.name) from None


def _found(rows: models.QuerySet[Any], name: str) -> Any:
    """The row, or `scope`: one that does not exist and one outside the scope answer alike."""
    row = rows.first()
    if row is None:
        raise Refused("scope", name)
    return row


def _person_ref(asked: Asked, raw: Any) -> PersonRef:
    today, home, found = clock.today(timezone.get_default_timezone()), asked.by.home, Findings()
    policy = policy_of(home, on=today) if home else default_policy()
    person = parse_person(raw, found, policy=policy, today=today, channel=asked.channel)
    if person.ref:  # somebody who is to be registered has no id here yet
        found.problem("field.unknown", "person.ref")
    found.close()
    return person


def _row_kind(model: type[models.Model]) -> Kind:
    def read(asked: Asked, raw: Any) -> models.Model:
        if is_blank(raw):
            raise Refused("required", asked.name)
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise Refused("type", asked.name, expected="text")
        try:
            key = model._meta.pk.to_python(raw)
        except ValidationError:
            raise Refused("scope", asked.name) from None
        row: models.Model = _found(_near(model).filter(pk=key), asked.name)
        return row

    uuid = isinstance(model._meta.pk, models.UUIDField)
    return Kind(read, {"type": "string", "format": "uuid"} if uuid else {"type": "integer", "maximum": _LARGEST_KEY})


def _near(model: type[models.Model]) -> models.QuerySet[Any]:
    """The rows of a model, with the unit each belongs to."""
    rows = model._default_manager.all()
    return rows.select_related("unit") if any(f.name == "unit" for f in model._meta.fields) else rows


def _list_kind(inner: Kind) -> Kind:
    def read(asked: Asked, raw: Any) -> list[Any]:
        if not isinstance(raw, list | tuple):
            raise Refused("type", asked.name, expected="list")
        if len(raw) > MOST_ROWS:
            raise Refused("limit", asked.name, high=MOST_ROWS)
        return _once(_all(asked, inner, raw), asked.name)

    return Kind(read, {"type": "array", "items": dict(inner.schema), "maxItems": MOST_ROWS})


def _all(asked: Asked, inner: Kind, raw: Sequence[Any]) -> list[Any]:
    found, values = Findings(), []
    for number, one in enumerate(raw):
        values.append(found.attempt(partial(inner.read, _inside(asked, number), one), None))
    found.close()
    return values


def _inside(asked: Asked, number: int) -> Asked:
    return replace(asked, name=f"{asked.name}[{number}]", required=True)


def _once(values: list[Any], name: str) -> list[Any]:
    keys = [getattr(value, "pk", value) for value in values]
    twice = [number for number, key in enumerate(keys) if key in keys[:number]]
    if twice:
        raise Refused([Problem("choice.duplicate", f"{name}[{number}]") for number in twice])
    return values


def _mapping_kind(keys: Any) -> Kind:
    def read(asked: Asked, raw: Any) -> dict[Any, Any]:
        if not isinstance(raw, Mapping):
            raise Refused("type", asked.name, expected="object")
        if keys is not UUID:
            return dict(raw)
        return dict(_texts_by_id(asked, raw.items()))

    return Kind(read, _TEXTS_BY_ID if keys is UUID else {"type": "object"})


def _texts_by_id(asked: Asked, items: Iterable[tuple[str, Any]]) -> Iterator[tuple[UUID, str]]:
    for key, value in items:
        place = replace(asked, name=f"{asked.name}.{key[:40]}", required=False)
        yield _uuid(place, key), _text(place, value)


_TEXTS_BY_ID = {
    "type": "object",
    "propertyNames": {"type": "string", "format": "uuid"},
    "additionalProperties": {"type": "string", "maxLength": TEXT_LENGTH},
}
KINDS: dict[Any, Kind] = {
    str: Kind(_text, {"type": "string", "maxLength": TEXT_LENGTH}),
    int: Kind(_count, {"type": "integer", "minimum": 0, "maximum": LARGEST_COUNT}),
    Decimal: Kind(_measure, {"type": ["number", "string"], "description": "a measure of 0 or more, exactly as read"}),
    bool: Kind(_flag, {"type": "boolean"}),
    date: Kind(_day, {"type": "string", "format": "date"}),
    datetime: Kind(_moment, {"type": "string", "format": "date-time"}),
    time: Kind(_time, {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}),
    UUID: Kind(_uuid, {"type": "string", "format": "uuid"}),
    Unit: Kind(_unit, {"type": "string", "description": "code of a unit, or a name only one unit has"}),
    Account: Kind(_account, {"type": "string", "description": "name of an account"}),
    Person: _row_kind(Person),
    UnitReport: Kind(_report, {"type": "string", "format": "uuid", "description": "receipt of a unit's report"}),
}
KINDS |= {PersonRef: Kind(_person_ref, Entry(PERSON).schema(lambda annotation: KINDS[annotation].schema))}
