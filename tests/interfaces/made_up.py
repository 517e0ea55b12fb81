"""Made-up rows of any table (编造的数据行): texts of the kind that spoils files, and no rule that they must keep."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from lianfang.kernel.orgs.models import Unit
from tests import make

NASTY = [
    "", "=1+1", "+", "-2", "@SUM(A1)", "\t=1", "\r\n", ' ="a"', "　＝", "\u200b＋1", "\ufeff-", "\u2028@", "\x85=1",
    "\x01=1", '"', ",", 'a"b,c', "\n", "a\rb", "NULL", "\\.", "\\N", "'", "%s %%", "張偉·阿依古丽", "𠮷𡈽", "\u202eabc",
    "\ufffe", "0", " ", "é",
]  # fmt: skip


def filled(model: type[models.Model], number: int, unit: Unit) -> models.Model:
    """A row of this table whose texts are of the kind that spoils files."""
    row = model()
    for at, field in enumerate(model._meta.concrete_fields):
        if field.name not in ("id", "path", "sector_path", "zone_name"):
            setattr(row, field.attname, _value(field, number, number + at, unit))
    for name in {"path", "sector_path"} & {field.name for field in model._meta.concrete_fields}:
        setattr(row, name, f"{unit.path}{number}/")
    return row


def without_checks(model: type[models.Model]) -> None:
    """A table of the same shape before the real one, for this transaction: made-up values need keep no rule."""
    if model._meta.app_label in ("orgs", "people", "accounts") or isinstance(
        model._meta.pk, models.CompositePrimaryKey
    ):
        return  # what all rows belong to; what is sealed; and tables whose order their key alone decides
    name = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, to_regclass(%s) IS NULL", [f"pg_temp.{name}"])
        user, missing = cursor.fetchone()
        if missing:
            cursor.execute("RESET ROLE")
            cursor.execute(f"CREATE TEMP TABLE {name} (LIKE public.{name} INCLUDING DEFAULTS INCLUDING IDENTITY)")
            cursor.execute(f"GRANT ALL ON pg_temp.{name} TO PUBLIC")
            cursor.execute(f"SET LOCAL ROLE {user}")


def _any(model: type[models.Model], unit: Unit) -> models.Model:
    """A row of this table, made if there is none."""
    without_checks(model)
    return model._default_manager.first() or model._default_manager.bulk_create([filled(model, 0, unit)])[0]


def _related(field: Any, unit: Unit) -> Any:
    """The row that is pointed at: the unit; none where one may be missing; else one for all."""
    if field.related_model is Unit:
        return unit.pk
    if field.null:
        return None
    return _any(field.related_model, unit).pk


def _value(field: Any, number: int, at: int, unit: Unit) -> Any:  # noqa: PLR0911  a line a kind of field
    kind = field.get_internal_type()
    if field.is_relation:
        return _related(field, unit)
    if isinstance(field, ArrayField):
        return [NASTY[at % len(NASTY)][: field.base_field.max_length], "咳嗽"][: at % 3]
    if kind in ("CharField", "TextField"):
        return ((f"{number}" if _tells_apart(field) else "") + NASTY[at % len(NASTY)])[: field.max_length or 20]
    if field.null and at % 3 == 0:
        return None
    if kind == "JSONField" and field.default is list and field.name != "fields":
        return []
    if kind == "JSONField" and field.name == "fields":
        return [{"name": "onset", "field": "onset"}]
    return {
        "DateField": date(2026, 3, 2) + timedelta(days=number), "DateTimeField": make.at(7, number % 60, 30),
        "DecimalField": _number(field), "BooleanField": at % 2 == 0, "UUIDField": UUID(int=number),
        "TimeField": time(8), "BinaryField": number.to_bytes(16, "big"),
        "JSONField": {"absent": at, "present": NASTY[at % len(NASTY)], "facts": [1, None, "=x"]},
    }.get(kind, number if kind == "PositiveSmallIntegerField" or _tells_apart(field) else 0)  # fmt: skip


def _number(field: Any) -> Decimal | None:
    """A number that the column has room for; nothing for other columns."""
    if not isinstance(field, models.DecimalField):
        return None
    return Decimal("36.50") if field.max_digits - field.decimal_places > 1 else Decimal("0.50")


def _tells_apart(field: Any) -> bool:
    """Whether rows must differ in it."""
    within_one = [one.fields for one in field.model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    return field.unique or any(field.name in names for names in within_one)
