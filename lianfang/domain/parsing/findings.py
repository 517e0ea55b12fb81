"""What reading one input found (读取结果): all its problems and notes, so that a person hears of them in one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from lianfang.domain.parsing.text import shown_name
from lianfang.domain.refusals import Note, Problem, Refused

T = TypeVar("T")

MOST_PROBLEMS = 1_000  # of one answer


class Findings:
    """Collects problems while the rest is still read; `close` refuses with all of them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Note] = []

    def attempt(self, read: Callable[[], T], otherwise: T) -> T:
        """What `read` gives, or `otherwise` when it refuses; the refusal is kept."""
        try:
            return read()
        except Refused as refused:
            self.problems.extend(refused.problems)
            return otherwise

    def problem(self, code: str, field: str, **facts: object) -> None:
        """Something is wrong, and reading goes on."""
        self.problems.append(Problem(code, field, facts=facts))

    def warn(self, code: str, field: str, kept: object = None, **facts: object) -> None:
        """Something is kept that a person should look at."""
        self.notes.append(Note(code, field, kept=kept, warning=True, facts=facts))

    def check_members(
        self,
        raw: Mapping[str, object],
        known: Iterable[str],
        *,
        within: str = "",
        retired: Mapping[str, str] | None = None,
    ) -> None:
        """Name every member that is not asked for; those retired in an earlier version are only warned of."""
        known = frozenset(known)
        for name in raw:
            if retired and name in retired:
                self.warn("field.retired", within + name, since=retired[name])
            elif name not in known and len(self.problems) < MOST_PROBLEMS:
                self.problem("field.unknown", within + shown_name(name))

    def close(self) -> list[Note]:
        """The notes, when nothing was wrong; else Refused with all problems."""
        if self.problems:
            raise Refused(self.problems)
        return self.notes
