"""Questions of a board asked together (同问): several statements in one message, so that nobody waits between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

Rows = list[tuple[Any, ...]]
_M = TypeVar("_M", bound=models.Model)
BETWEEN: Final = ";\n"


class Question(NamedTuple):
    """One SELECT and its values."""

    statement: str
    values: Mapping[str, Any]


def ask(*questions: Question) -> list[Rows]:
    """The rows of each question, all asked in one message of the transaction under way."""
    answers: list[Rows] = []
    with connection.cursor() as cursor:
        cursor.execute(BETWEEN.join(cursor.mogrify(one.statement, one.values) for one in questions))
        for number in range(len(questions)):
            if number:
                cursor.nextset()
            answers.append(list(cursor.fetchall()))
    return answers


@cache
def columns(model: type[models.Model], of: str) -> str:
    """The columns of a model's row under the name `of`, as `made` takes them. Not for models with JSON."""
    return ", ".join(f'{of}."{field.column}"' for field in model._meta.concrete_fields)


def made(model: type[_M], rows: Iterable[Sequence[Any]]) -> list[_M]:
    """Rows of `columns` as the model's objects."""
    names = [field.attname for field in model._meta.concrete_fields]
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]
