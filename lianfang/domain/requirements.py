"""Named sets of requirements (要求清单): their items as data; an item whose text the source does not give is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

OPEN: Final = "open"
DONE: Final = "done"
OVERDUE: Final = "overdue"


@dataclass(frozen=True, slots=True)
class RequirementSet:
    """A set by its code: titles in both languages, where it comes from, and the texts of its items, "" if not given."""

    code: str
    zh: str
    en: str
    source: str
    items: tuple[tuple[str, str], ...]


def set_from(told: Mapping[str, Any]) -> RequirementSet:
    """The set of a file. Raises KeyError for what is missing."""
    about = told["set"]
    items = tuple((str(one.get("zh", "")), str(one.get("en", ""))) for one in about["items"])
    return RequirementSet(
        str(about["code"]), str(about["title_zh"]), str(about["title_en"]), str(about["source"]), items
    )


def state_of(*, closed: bool, due_on: date | None, today: date) -> str:
    """Done once closed; overdue when its day has passed; open otherwise, also without a day."""
    if closed:
        return DONE
    return OVERDUE if due_on is not None and due_on < today else OPEN
