"""A pasted list of learners (粘贴名册): name, number and phone in a line each; every problem by its line."""

from __future__ import annotations

from typing import Any

from lianfang.domain.answers import PersonRef
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.kinds import Asked, kind_of

COLUMNS = ("name", "id_number", "phone")
MOST_LINES = 1_000


def read_people(by: Actor, text: str) -> list[PersonRef]:
    """The people of a list. A number of 18 signs is a resident's; another is a passport's; none needs a reason.

    Refused: `limit`, and every problem of every line, each with its line as `row`.
    """
    lines = [line for line in text.replace("\r", "").split("\n") if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refused("limit", "people", high=MOST_LINES)
    people, problems = [], list[Problem]()
    for n, line in enumerate(lines, start=1):
        try:
            people.append(kind_of(PersonRef).read(Asked(by, "form", "person", True), _raw(line)))
        except Refused as refused:
            problems += [Problem(one.code, "people", row=n, facts=one.facts) for one in refused.problems]
    if problems:
        raise Refused(problems)
    return people


def _raw(line: str) -> dict[str, Any]:
    cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else line.replace("，", ",").split(","))]
    raw = {name: cell for name, cell in zip(COLUMNS, cells, strict=False) if cell}
    number = raw.get("id_number", "")
    kind = "resident" if len(number) == len("000000000000000000") else "passport" if number else "none"
    return raw | {"id_type": kind} | ({} if number else {"id_reason": "no number on the list"})
