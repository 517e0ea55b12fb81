"""Rows of one table against each other (重复与冲突): the same person twice, or two who cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lianfang.domain.parsing.drafts import AnswerDraft
from lianfang.domain.refusals import Problem

Numbered = tuple[int, AnswerDraft]


def row_problems(drafts: Sequence[Numbered]) -> list[Problem]:
    """Rows that repeat or contradict another, by row as a person sees it.

    `row.duplicate`: an earlier row says the same; `row.conflict`: an earlier row says something else of the same
    person, day and slot; `person.ambiguous`: rows with one name and no number, each of them. Facts: `first_row`.
    """
    seen: dict[tuple[object, ...], list[Numbered]] = {}
    for row, draft in drafts:
        seen.setdefault(_subject(draft), []).append((row, draft))
    problems = (problem for group in seen.values() if len(group) > 1 for problem in _problems(group))
    return sorted(problems, key=lambda problem: problem.row or 0)


def _subject(draft: AnswerDraft) -> tuple[object, ...]:
    person = draft.person
    if person.identity:
        who: tuple[str, ...] = ("number", person.identity.kind, person.identity.number)
    elif person.ref:
        who = ("ref", person.ref)
    else:
        who = ("name", person.name, draft.unit)
    return (*who, draft.day, draft.slot)


def _problems(group: list[Numbered]) -> Iterator[Problem]:
    first_row, first = group[0]
    if not first.person.identity and not first.person.ref:
        yield from (
            Problem("person.ambiguous", "person.name", row=row, facts={"first_row": first_row}) for row, _ in group
        )
        return
    for row, draft in group[1:]:
        code = "row.duplicate" if _said(draft) == _said(first) else "row.conflict"
        yield Problem(code, row=row, facts={"first_row": first_row})


def _said(draft: AnswerDraft) -> AnswerDraft:
    """The answer without what may differ between two copies of it."""
    return replace(draft, key="", reported_at=None, symptoms=tuple(sorted(draft.symptoms)))
