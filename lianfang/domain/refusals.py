"""The one way to refuse (拒绝): a problem has a code, a place and facts; its wording belongs to the interfaces.

Codes are dotted categories shared by page, API and file (`number.out_of_range`, `id.checksum`, `scope`, ...).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what (`code`), where (`field`, or `row` and `column` as a person sees them), and facts.

    `facts` hold what the sentence needs (`low`, `high`, `suggest`, ...), never a sensitive value.
    """

    code: str
    field: str = ""
    row: int | None = None
    column: str = ""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def at_row(self, row: int, column: str = "") -> Problem:
        """The same problem, placed in a table: `row` counts as a person sees it, the header being row 1."""
        return replace(self, row=row, column=column or self.column)

    @property
    def as_kept(self) -> dict[str, Any]:
        """The problem as a row keeps it, to be worded for whoever reads it later."""
        return {name: getattr(self, name) for name in ("row", "column", "field", "code")} | {"facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Note:
    """Something kept that a person should know of: normalised (`given` became `kept`) or a warning to look at."""

    code: str
    field: str = ""
    kept: Any = None
    warning: bool = False
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Refused(Exception):
    """Nothing was written, for these reasons."""

    def __init__(self, code: str | Problem | Iterable[Problem], field: str = "", **facts: Any) -> None:
        if isinstance(code, str):
            self.problems: list[Problem] = [Problem(code, field, facts=facts)]
        elif isinstance(code, Problem):
            self.problems = [code]
        else:
            self.problems = list(code)
        super().__init__("; ".join(f"{p.field or p.column or '-'}: {p.code}" for p in self.problems))

    @property
    def code(self) -> str:
        """The first problem's code, by which the whole refusal is classified."""
        return self.problems[0].code
