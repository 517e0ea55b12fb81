"""Every board of the province beside what was sent (逐级核对): the sums are formed here, not by the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board import Board, board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.scope import EVERYTHING, within


@dataclass(frozen=True, slots=True)
class Sent:
    """What schools under each office sent, by the office's path: how many reports, and the sum of one item."""

    reports: Mapping[str, int]
    fever: Mapping[str, int]


def expected_below(schools: Sequence[Unit], gave: Mapping[str, int]) -> Sent:
    """Add each school's figure to every unit above it."""
    reports: Counter[str] = Counter()
    fever: Counter[str] = Counter()
    for school in schools:
        for path in _above(school.path):
            reports[path] += 1
            fever[path] += gave[school.code]
    return Sent(reports, fever)


def _above(path: str) -> list[str]:
    steps = path.rstrip("/").split("/")
    return ["/".join(steps[:length]) + "/" for length in range(1, len(steps))]


def differing(offices: Sequence[Unit], sent: Sent, day: date) -> list[str]:
    """Codes of the offices whose board shows something else, with what it shows."""
    form = form_on(DAILY, day)
    with within(EVERYTHING):
        boards = [board(unit, form, day, named=0, brief=True) for unit in offices]
    return [f"{shown.unit.code}: {_seen(shown)}" for shown in boards if _seen(shown) != _wanted(shown.unit, sent)]


def _wanted(unit: Unit, sent: Sent) -> tuple[int, int, int]:
    return sent.reports[unit.path], sent.reports[unit.path], sent.fever[unit.path]


def _seen(shown: Board) -> tuple[int, int, int]:
    """Reports received, units that gave the item, its sum."""
    total = shown.totals["fever"]
    return shown.counts.received, total.reporting, int(total.value or 0)
