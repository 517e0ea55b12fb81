"""What is found about the quality of reports (质量发现): every check of a reading, with units and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lianfang.domain.report_quality.copies import Copied, copies
from lianfang.domain.report_quality.given import Recounted, Steady, corrected, indicators, recounts, steadiness
from lianfang.domain.report_quality.odd import Odd, Oddities, odd_figures
from lianfang.domain.report_quality.terms import Limits
from lianfang.interfaces.quality.compared import Compared
from lianfang.interfaces.quality.reading import Reading
from lianfang.interfaces.quality.sums import Sums
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.figures import Counts


@dataclass(frozen=True, slots=True)
class Part:
    """A lower unit, what it owed, and its required figures: given, asked."""

    unit: Unit
    counts: Counts
    given: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Recount:
    """Where a recount comes from (a comparison, or corrections where None), of which item, and what it says."""

    source: Compared | None
    item: str
    found: Recounted


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything found; `odd` of the days shown, `judged` figures behind it, the rest as long as its name says."""

    parts: tuple[Part, ...]
    given: tuple[int, int]
    odd: tuple[Odd, ...]
    judged: int
    copied: tuple[Copied, ...]
    recounts: tuple[Recount, ...]
    steady: tuple[Steady, ...]


def findings(seen: Reading) -> Findings:
    """Judge a reading; units worst first."""
    shown = [one for one in seen.reports if one.day in set(seen.days)]
    given = indicators(shown, seen.items)
    parts = [Part(unit, seen.part(number), given.get(number, (0, 0))) for number, unit in seen.parts.items()]
    oddities: Oddities = odd_figures(seen.reports, seen.items, seen.limits)
    return Findings(
        tuple(sorted((one for one in parts if one.counts), key=_worst)),
        (sum(n for n, _ in given.values()), sum(n for _, n in given.values())),
        tuple(one for one in oddities.found if one.day in set(seen.days)), oddities.judged,
        tuple(one for one in copies(seen.reports, seen.items, seen.limits) if one.until >= seen.days[0]),
        (*_compared(seen.compared, seen.limits), *_corrected(seen)),
        tuple(steadiness(_known(seen.sums), seen.limits)),
    )  # fmt: skip


def _worst(part: Part) -> tuple[float, float, str]:
    counts = part.counts
    whole = counts.expected or 1
    return (counts.received / whole, counts.on_time / whole, part.unit.code)


def _known(sums: Mapping[str, Sums]) -> dict[str, Sequence[int | None]]:
    """The items that were ever reported."""
    return {item: one.values for item, one in sums.items() if any(one.reports)}


def _compared(compared: Iterable[Compared], limits: Limits) -> list[Recount]:
    found = []
    for one in compared:
        if recount := recounts([(str(unit), ours, theirs) for unit, ours, theirs in one.pairs], limits):
            found.append(Recount(one, one.item, recount))
    return found


def _corrected(seen: Reading) -> list[Recount]:
    """Corrections of the units' own reports, item by item; the first figure against the one that stands."""
    by_item: dict[str, list[tuple[str, int, int]]] = {}
    shown = [one for one in seen.reports if one.day in set(seen.days)]
    for unit, item, before, after in corrected(shown):
        by_item.setdefault(item, []).append((str(unit), before, after))
    pairs = [(item.code, recounts(by_item.get(item.code, []), seen.limits)) for item in seen.items]
    return [Recount(None, item, found) for item, found in pairs if found]
