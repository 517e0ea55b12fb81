"""Runbooks (应急处置流程): numbered steps with a role, minutes, and which others come first; read from data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role

MOST_STEPS = 40
LONGEST_TEXT = 160  # characters of a step
LONGEST_MINUTES = 100_000


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what, who, within how many minutes of the opening (0: no limit), after which others.

    `other_than` names steps whose doer may not do this one: whoever fixes does not verify.
    """

    number: int
    zh: str
    en: str
    role: str
    minutes: int = 0
    after: tuple[int, ...] = ()
    other_than: tuple[int, ...] = ()

    @property
    def as_kept(self) -> dict[str, Any]:
        """The step as a row keeps it."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def steps_from(raw: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of a runbook, by number. Refused with every problem: `required`, `text.too_long`, `choice.unknown`,
    `choice.duplicate`, `runbook.unknown_step` (a step it names is not there), `runbook.circular`."""
    if not raw:
        raise Refused("required", "steps")
    if len(raw) > MOST_STEPS:
        raise Refused("limit", "steps", high=MOST_STEPS)
    problems = [problem for place, one in enumerate(raw) for problem in _problems(one, place)]
    if problems:
        raise Refused(problems)
    steps = tuple(sorted((_step(one) for one in raw), key=lambda step: step.number))
    if problems := [*_twice(steps), *_unknown(steps), *_circular(steps)]:
        raise Refused(problems)
    return steps


def _problems(one: Mapping[str, Any], place: int) -> Iterator[Problem]:
    where = f"steps[{place}]"
    if not isinstance(one, Mapping):
        yield Problem("type", where, facts={"expected": "object"})
        return
    if extra := sorted(set(one) - set(Step.__slots__)):
        yield Problem("field.unknown", f"{where}.{str(extra[0])[:40]}")
    for name in ("zh", "en"):
        text = one.get(name)
        if not isinstance(text, str) or not text.strip():
            yield Problem("required", f"{where}.{name}")
        elif len(text) > LONGEST_TEXT:
            yield Problem("text.too_long", f"{where}.{name}", facts={"high": LONGEST_TEXT})
    if one.get("role") not in list(Role):
        yield Problem("choice.unknown", f"{where}.role")
    yield from _wrong_numbers(one, where)


def _wrong_numbers(one: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if not _whole(one.get("number"), 1):
        yield Problem("number.format", f"{where}.number")
    if not _whole(one.get("minutes", 0), 0):
        yield Problem("number.format", f"{where}.minutes")
    for name in ("after", "other_than"):
        named = one.get(name, [])
        if not isinstance(named, list | tuple) or not all(_whole(number, 1) for number in named):
            yield Problem("type", f"{where}.{name}", facts={"expected": "list"})


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= LONGEST_MINUTES


def _step(one: Mapping[str, Any]) -> Step:
    lists = {name: tuple(one.get(name, ())) for name in ("after", "other_than")}
    return Step(
        number=one["number"], zh=one["zh"].strip(), en=one["en"].strip(), role=str(one["role"]),
        minutes=one.get("minutes", 0), **lists,
    )  # fmt: skip


def _twice(steps: Iterable[Step]) -> Iterator[Problem]:
    numbers = [step.number for step in steps]
    for number in sorted({one for one in numbers if numbers.count(one) > 1}):
        yield Problem("choice.duplicate", "steps.number", facts={"seen": number})


def _unknown(steps: Sequence[Step]) -> Iterator[Problem]:
    known = {step.number for step in steps}
    for step in steps:
        for number in sorted({*step.after, *step.other_than} - known):
            yield Problem("runbook.unknown_step", "steps.after", facts={"step": step.number, "number": number})


def _circular(steps: Sequence[Step]) -> Iterator[Problem]:
    waits = {step.number: set(step.after) for step in steps}
    while ready := {number for number, before in waits.items() if not before & set(waits)}:
        for number in ready:
            del waits[number]
    if waits:
        yield Problem("runbook.circular", "steps.after", facts={"steps": sorted(waits)})


def ready(steps: Iterable[Step], done: Iterable[int]) -> tuple[int, ...]:
    """The steps that can be done now: not done, and everything before them is; several may run beside each other."""
    finished = set(done)
    return tuple(step.number for step in steps if step.number not in finished and set(step.after) <= finished)
