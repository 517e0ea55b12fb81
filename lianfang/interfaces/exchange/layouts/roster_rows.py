"""Rows of one roster against each other (重复与冲突): the same person twice, or two who cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lianfang.capabilities.persons.rosters import Entry
from lianfang.domain.refusals import Problem

Row = tuple[int, Entry]  # the number of the unit, and what is entered there


def row_problems(rows: Mapping[int, Row]) -> Iterator[tuple[int, Problem]]:
    """(row, problem) for rows that repeat (`row.duplicate`) or contradict (`row.conflict`) an earlier one.

    Two of one name in one unit whom neither document nor roster number tells apart: `person.ambiguous`, both.
    """
    seen: dict[tuple[object, ...], list[int]] = {}
    for number, row in rows.items():
        seen.setdefault(_who(row), []).append(number)
    for numbers in seen.values():
        if len(numbers) > 1:
            yield from _of_one_person(numbers, rows)


def _who(row: Row) -> tuple[object, ...]:
    unit, entry = row
    identity = entry.who.identity
    return (identity.kind, identity.number) if identity else (entry.who.name, unit, entry.number)


def _of_one_person(numbers: list[int], rows: Mapping[int, Row]) -> Iterator[tuple[int, Problem]]:
    first, *later = numbers
    facts = {"first_row": first}
    if rows[first][1].who.identity is None:
        yield from ((number, Problem("person.ambiguous", "person.name", facts=facts)) for number in numbers)
        return
    for number in later:
        unit, entry = rows[number]
        same = (unit, entry.who.name) == (rows[first][0], rows[first][1].who.name)
        yield number, Problem("row.duplicate" if same else "row.conflict", facts=facts)
