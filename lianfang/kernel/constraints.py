"""What a broken constraint says (约束的说法): the database keeps them, and its refusal is told in the model's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

_OF_A_SHARD = re.compile(r"_\d+$")
"""What Citus writes behind the name of a constraint when one of its workers refuses."""


class Unkept(ValidationError):
    """A row, or one of several, broke a constraint of its model; says so in the constraint's words."""

    def __init__(self, rows: Sequence[models.Model], constraint: models.BaseConstraint) -> None:
        super().__init__(constraint.get_violation_error_message(), code=constraint.violation_error_code)
        self.rows, self.constraint = rows, constraint

    def and_the_rest(self) -> ValidationError:
        """The same, and every other check that a single row breaks too: the database stops at the first.

        To be asked once the transaction that was refused has been rolled back.
        """
        found = self.update_error_dict({})
        for row in self.rows if len(self.rows) == 1 else ():
            for one in row._meta.constraints:
                if isinstance(one, models.CheckConstraint) and one.name != self.constraint.name:
                    found = _broken(one, row, found)
        return ValidationError(found)


def _broken(one: models.CheckConstraint, row: models.Model, found: dict[str, Any]) -> dict[str, Any]:
    try:
        one.validate(type(row), row)
    except ValidationError as error:
        return dict(error.update_error_dict(found))
    return found


def check_fields(row: models.Model) -> None:
    """Check a row's values one by one and together. Raises ValidationError with everything that is wrong with it.

    Constraints are left to the database, and what is at hand because it was read is not looked up again.
    """
    try:
        row.clean_fields(exclude=_at_hand(row))
        row.clean()
    except ValidationError:
        row.full_clean(validate_unique=False)
        raise


def _at_hand(row: models.Model) -> set[str]:
    return {field.name for field in row._meta.concrete_fields if field.is_relation and _has_read(row, field)}


def _has_read(row: models.Model, field: Any) -> bool:
    other = field.get_cached_value(row, default=None)
    return other is not None and not other._state.adding and getattr(row, field.attname) == other.pk


@contextmanager
def kept_by(rows: Sequence[models.Model]) -> Iterator[None]:
    """Around the writing of rows of one model: a constraint that the database finds broken is said as `Unkept`."""
    try:
        yield
    except IntegrityError as error:
        raise (_unkept(rows, error) or error) from error


def _unkept(rows: Sequence[models.Model], error: IntegrityError) -> Unkept | None:
    told = getattr(error.__cause__, "diag", None)
    name = getattr(told, "constraint_name", None) or ""
    for one in rows[0]._meta.constraints if rows else ():
        if one.name in (name, _OF_A_SHARD.sub("", name)):
            return Unkept(rows, one)
    return None
