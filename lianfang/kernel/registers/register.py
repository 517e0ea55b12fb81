"""Registers (台账): how a table is listed, filtered, paged, exported; page, API and file show the same rows.

`rows(actor)` is the only way from an interface to rows; row-level security stands behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import CompositePrimaryKey, Expression, F, Model, Q, QuerySet

from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import EVERYONE, Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in address, API and file, its label, and how a row yields its value.

    `source` is where the database has the very same value: a path of fields, or an expression (made anew each time,
    as it may hang on the language). Without it only a loaded row yields the value, and files are slower to write.
    """

    name: str
    label: Any
    value: Callable[[Any], Any]
    kind: str = "text"  # text, code, number, amount, day, moment, choice, state, masked, person, key
    priority: int = 1  # narrow pages hide 3, then 2
    source: str | Callable[[], Expression | F] = ""


def column(model: type[Model], name: str, *, kind: str = "", priority: int = 1) -> Column:
    """A column for a field of the model, labelled as the field is; a choice shows its words."""
    found: Any = model._meta.get_field(name)
    shown = kind or _kind_of(found)
    return Column(name, found.verbose_name, lambda row: getattr(row, name), shown, priority, _source_of(found, name))


def _kind_of(found: Any) -> str:
    if found.is_relation:
        return "unit"
    return "choice" if getattr(found, "choices", None) else _KINDS.get(found.get_internal_type(), "text")


def _source_of(found: Any, name: str) -> str:
    """The field itself; of a unit its code. Other rows that are pointed at are shown by words only they know."""
    if found.is_relation:
        return f"{name}__code" if found.related_model is Unit else ""
    return name


_KINDS = {
    "DateField": "day",
    "DateTimeField": "moment",
    "IntegerField": "amount",
    "PositiveSmallIntegerField": "amount",
    "BooleanField": "flag",
    "DecimalField": "number",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: the name in the address and the condition for a value, or a refusal of the value."""

    name: str
    label: Any
    condition: Callable[[str], Q]
    choices: tuple[tuple[str, Any], ...] = field(default=())
    kind: str = "text"  # or "day"


class Register:
    """Declare `name`, `title`, `model`, `columns` and, if wanted, `filters`, `order`, `search`, `actions`, `roles`."""

    name: ClassVar[str]
    title: ClassVar[Any]
    model: ClassVar[type[Model]]
    columns: ClassVar[list[Column]]
    details: ClassVar[list[Column]] = []  # what is too long for a list: only of a row that is asked for by itself
    filters: ClassVar[list[Filter]] = []
    order: ClassVar[tuple[str, ...]] = ("pk",)
    related: ClassVar[tuple[str, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    roles: ClassVar[tuple[Role, ...]] = EVERYONE
    actions: ClassVar[list[Callable[..., Any]]] = []
    unit_path: ClassVar[str | None] = "unit__"  # prefix to the unit that owns a row; None when all may read
    people: ClassVar[bool] = False  # rows are about people: seen only where the role sees people
    address: ClassVar[Any] = None  # where a row's own page is

    def __init_subclass__(cls) -> None:
        cls.order = _one_way(cls.name, cls.model, cls.order)
        registers[cls.name] = cls

    @classmethod
    def open_to(cls, actor: Actor) -> bool:
        """Whether the actor holds any role that may read this register."""
        return actor.system or bool(actor.roles & set(cls.roles))

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The rows this actor may see."""
        if not cls.open_to(actor):
            return cls.model._default_manager.none()
        found = (
            cls.model._default_manager.select_related(*cls.related) if cls.related else cls.model._default_manager.all()
        )
        if cls.unit_path is None or actor.system:
            return found
        return found.filter(visible(actor, cls.unit_path, people=cls.people))

    @classmethod
    def chosen(cls, actor: Actor, asked: Mapping[str, str]) -> QuerySet[Any]:
        """The rows that meet the filters asked for; an unknown filter is refused by name."""
        known = {f.name: f for f in cls.filters}
        unknown = [name for name in asked if name not in known and name != "search"]
        if unknown:
            raise Refused([Problem("filter.unknown", name[:60]) for name in unknown])
        found = cls.rows(actor)
        for name, value in asked.items():
            if name != "search" and value:
                found = found.filter(known[name].condition(value))
        if text := asked.get("search", "").strip():
            found = found.filter(_containing(cls.search, text))
        return found.order_by(*cls.order)

    @classmethod
    def column_named(cls, name: str, *, whole: bool = False) -> Column:
        """The column of this name, or of a whole row its detail; another is refused with `field.unknown`."""
        for one in (*cls.columns, *cls.details) if whole else cls.columns:
            if one.name == name:
                return one
        raise Refused("field.unknown", name[:60])


registers: dict[str, type[Register]] = {}


def _one_way(register: str, model: type[Model], order: tuple[str, ...]) -> tuple[str, ...]:
    """An order by which pages lose no row: all one way, never empty, and ended by the key where rows could tie.

    TypeError for one that runs both ways or by a column that may be empty: the page after a row could not be told.
    """
    ways = {name.startswith("-") for name in order}
    fields = [_field(model, name.lstrip("-")) for name in order]
    if len(ways) > 1 or any(field.null for field in fields):
        raise TypeError(f"{register}: {order} runs both ways, or by a column that may be empty")
    told_apart = any(field.unique and field.model is model for field in fields)
    if told_apart or isinstance(model._meta.pk, CompositePrimaryKey):
        return order
    return (*order, "-pk" if ways == {True} else "pk")


def _field(model: type[Model], path: str) -> Any:
    """The field at the end of a path, `place__walk`; `pk` is the key, `unit_id` the unit."""
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.pk if last == "pk" else model._meta.get_field(last)


def visible(actor: Actor, prefix: str, *, people: bool = False) -> Q:
    """The condition that a row's unit lies within the actor's scope, on either line."""
    paths = actor.scope.person_paths if people else actor.scope.paths
    condition = Q(pk__in=[])
    for path in paths:
        low, high = below(path)
        condition |= Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high})
        condition |= Q(**{f"{prefix}sector_path__gte": low, f"{prefix}sector_path__lt": high})
    return condition


def _containing(names: Iterable[str], text: str) -> Q:
    # "contains" escapes % and _: they are ordinary characters to somebody who searches.
    condition = Q(pk__in=[])
    for name in names:
        condition |= Q(**{f"{name}__icontains": text})
    return condition


def under_unit(name: str = "unit", label: Any = "", prefix: str = "unit__") -> Filter:
    """The filter by a unit and everything under it."""

    def condition(code: str) -> Q:
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            return Q(pk__in=[])
        low, high = below(unit.path)
        return Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high})

    return Filter(name, label, condition)


def equals(name: str, label: Any, choices: Iterable[tuple[str, Any]] = (), column: str = "") -> Filter:
    """The filter by a column's exact value; a value outside the choices is refused."""
    allowed = tuple(choices)

    def condition(value: str) -> Q:
        if allowed and value not in {code for code, _ in allowed}:
            raise Refused("choice.unknown", name)
        return Q(**{column or name: value})

    return Filter(name, label, condition, allowed)


def on_day(name: str, label: Any, column: str, *, bound: str = "") -> Filter:
    """The filter by a day: exactly, or from (`gte`) or to (`lte`) it."""

    def condition(value: str) -> Q:
        return Q(**{f"{column}__{bound}" if bound else column: parse_day(value, name, [])})

    return Filter(name, label, condition, kind="day")
