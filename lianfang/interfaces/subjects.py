"""What events are about, in words (记事对象): names for the keys that an event keeps, as far as the reader sees them.

An event names a thing by its key (`people.person:…`) and facts by keys or codes. A thing that is out of the reader's
sight, or gone, is called by its kind and never by its key.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst

from lianfang.interfaces.titles import fact_words, labelled, listed
from lianfang.kernel.accounts.models import ROLE_NAMES, Grant
from lianfang.kernel.actions import registry
from lianfang.kernel.audit.models import Event
from lianfang.kernel.kinds import bare_of
from lianfang.kernel.orgs.models import Unit

_REFERENCE = re.compile(r"([a-z_]+\.[a-z_]+):(.+)")
_BESIDE = ("unit", "person", "account", "form")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that an event names: its model and the text of its key, or of its code."""

    model: type[models.Model]
    key: str
    by_code: bool = False


def words_of(events: Iterable[Event]) -> dict[tuple[Any, str], str]:
    """(event's key, `subject` or `facts`) -> words; one question to the database a model, whatever the number."""
    rows = list(events)
    words = _words({one for event in rows for one in _all(event)})
    said: dict[tuple[Any, str], str] = {}
    for event in rows:
        subject = _named(event.subject)
        said[event.pk, "subject"] = words[subject] if subject else event.subject
        facts = {name: words[one] for name, one in _in_facts(event).items()}
        said[event.pk, "facts"] = fact_words({**event.facts, **facts}, event.kind)
    return said


def _all(event: Event) -> Iterator[Named]:
    subject = _named(event.subject)
    yield from [subject] if subject else []
    yield from _in_facts(event).values()


def _named(subject: str) -> Named | None:
    found = _REFERENCE.fullmatch(subject)
    try:
        return Named(apps.get_model(found[1]), found[2]) if found else None
    except LookupError:
        return None


def _in_facts(event: Event) -> dict[str, Named]:
    """The facts that hold a key, by what the action declares of its parameters."""
    declared = registry.get(event.kind)
    kinds = {one.name: bare_of(one.annotation) for one in declared.parameters} if declared else {}
    return {
        name: Named(kinds[name], str(value), by_code=kinds[name] is Unit)
        for name, value in event.facts.items()
        if isinstance(kinds.get(name), type) and issubclass(kinds[name], models.Model)
    }


def _words(wanted: set[Named]) -> dict[Named, str]:
    by_model: dict[type[models.Model], set[Named]] = defaultdict(set)
    for one in wanted:
        by_model[one.model].add(one)
    return {one: said for model, some in by_model.items() for one, said in _of_model(model, some).items()}


def _of_model(model: type[models.Model], wanted: set[Named]) -> dict[Named, str]:
    keys = {one: _key(model, one.key) for one in wanted if not one.by_code}
    found = _rows(model, [key for key in keys.values() if key is not None])
    rows = {one: found.get(key) for one, key in keys.items()} | _by_code([one for one in wanted if one.by_code])
    usual = str(capfirst(str(model._meta.verbose_name)))
    return {one: describe(row) if row is not None else usual for one, row in rows.items()}


def _rows(model: type[models.Model], keys: list[Any]) -> dict[Any, models.Model]:
    beside = [f.name for f in model._meta.fields if f.name in _BESIDE and f.is_relation]
    return {row.pk: row for row in model._default_manager.filter(pk__in=keys).select_related(*beside)}


def _by_code(wanted: list[Named]) -> dict[Named, models.Model | None]:
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[one.key for one in wanted])} if wanted else {}
    return {one: units.get(one.key) for one in wanted}


def _key(model: type[models.Model], text: str) -> Any:
    """The key as the database knows it; None for what is none."""
    fields, parts = model._meta.pk_fields, text.split("/")
    if len(fields) != len(parts):
        return None
    try:
        read = [_read(field, part) for field, part in zip(fields, parts, strict=True)]
    except (ValidationError, ValueError):
        return None
    return tuple(read) if len(read) > 1 else read[0]


def _read(field: Any, part: str) -> Any:
    return (field.target_field if field.is_relation else field).to_python(part)


def describe(row: models.Model) -> str:
    """A row in words: what it is called, or its kind with whose it is and of which day."""
    if isinstance(row, Unit):
        return f"{row} ({row.code})"
    if isinstance(row, Grant):
        return listed([row.account.name, str(ROLE_NAMES[row.role]), str(row.unit)])
    if type(row).__str__ is not models.Model.__str__:
        return str(row)
    named = [str(value) for name in ("name", "title", "filename") if (value := getattr(row, name, ""))]
    return labelled(capfirst(str(row._meta.verbose_name)), listed(named[:1] or _whose(row)))


def _whose(row: models.Model) -> list[str]:
    facts: Mapping[str, Any] = {name: getattr(row, name, None) for name in ("person", "account", "unit", "day")}
    return [str(value) for value in facts.values() if value]
