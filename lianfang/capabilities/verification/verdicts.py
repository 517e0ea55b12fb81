"""What may be answered to a difference (结论), by its class, and when two answers are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lianfang.capabilities.verification.fields import OURS, SIDES, THEIRS
from lianfang.capabilities.verification.models import (
    CONFLICT,
    DUPLICATE,
    ONLY_OURS,
    ONLY_THEIRS,
    POSSIBLE,
    TOTAL,
    Item,
)
from lianfang.domain.refusals import Problem, Refused

USE_OURS, USE_THEIRS, BY_FIELD = "use_ours", "use_theirs", "by_field"
SAME_PERSON, NOT_SAME_PERSON = "same_person", "not_same_person"
TOO_NEW, LATER, SEND_BACK = "too_new", "later", "send_back"
PUTTING_OFF: Final = (TOO_NEW, LATER, SEND_BACK)
"""Answers that settle nothing: they put the difference off, or back to the other side."""
NOTED: Final = (LATER, SEND_BACK)
"""Answers that have to say why."""
_ALONE = ("missing_report", "not_a_case", "other_jurisdiction", "duplicate", *PUTTING_OFF)
FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    CONFLICT: (USE_OURS, USE_THEIRS, BY_FIELD, NOT_SAME_PERSON, SEND_BACK, LATER),
    POSSIBLE: (SAME_PERSON, NOT_SAME_PERSON, SEND_BACK, LATER),
    ONLY_OURS: _ALONE,
    ONLY_THEIRS: _ALONE,
    DUPLICATE: ("duplicate", NOT_SAME_PERSON, SEND_BACK, LATER),
    TOTAL: (USE_OURS, USE_THEIRS, SEND_BACK, LATER),
}
"""Class of a difference -> the answers it may get, in the order they are offered."""


def check_verdict(item: Item, verdict: str, note: str) -> None:
    """Refused `verdict.unfit` for an answer that says nothing to this class, `required` for one that needs a note."""
    if verdict not in FITTING[item.klass]:
        raise Refused("verdict.unfit", "verdict", choices=FITTING[item.klass])
    if verdict in NOTED and not note.strip():
        raise Refused("required", "note")


def chosen_sides(item: Item, verdict: str, chosen: Mapping[str, str] | None) -> dict[str, str]:
    """Field -> the side whose value is chosen. With `by_field` every field that differs has to be named."""
    names = [one["field"] for one in item.fields]
    if verdict in (USE_OURS, USE_THEIRS):
        return dict.fromkeys(names, OURS if verdict == USE_OURS else THEIRS)
    if verdict != BY_FIELD:
        return {}
    given = dict(chosen or {})
    problems = [Problem("field.unknown", f"chosen.{name}"[:60]) for name in given if name not in names]
    for name in names:
        if name not in given:
            problems.append(Problem("required", f"chosen.{name}"))
        elif given[name] not in SIDES:
            problems.append(Problem("choice.unknown", f"chosen.{name}", facts={"choices": SIDES}))
    if problems:
        raise Refused(problems)
    return given


def agree(item: Item) -> bool:
    """Whether both sides have answered the same: the same values of a conflict, however it was said."""
    if not (item.verdict_ours and item.verdict_theirs):
        return False
    if item.chosen_ours or item.chosen_theirs:
        return bool(item.chosen_ours == item.chosen_theirs)
    return bool(item.verdict_ours == item.verdict_theirs)
