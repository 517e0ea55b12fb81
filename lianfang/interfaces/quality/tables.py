"""The tables of a page of data quality (质量表格): units, days, odd figures, copies, scripts, recounts, periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.utils.translation import gettext as _

from lianfang.domain.report_quality.copies import Copied
from lianfang.domain.report_quality.given import Steady
from lianfang.domain.report_quality.odd import EXTREME, Odd
from lianfang.domain.report_quality.terms import Limits
from lianfang.interfaces.quality.compared import PERSONS
from lianfang.interfaces.quality.findings import Findings, Part, Recount
from lianfang.interfaces.quality.reading import Reading
from lianfang.interfaces.quality.words import Sight, chance, ratio, score, share, side, tone, usual
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, percent, plain
from lianfang.interfaces.web.views.tables import Head, chip, plain_table, row, text
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.figures import Counts

MOST_UNITS: Final = 30
MOST_FOUND: Final = 20

Table = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Tables:
    """Makes the tables of one page."""

    seen: Reading
    found: Findings
    sight: Sight

    def units(self) -> Table:
        """Lower units, those with the most missing first."""
        heads = [
            Head(_("Unit")), Head(_("Received / expected"), numeric=True), Head(_("On time / expected"), numeric=True),
            Head(_("On time / received"), numeric=True, priority=2), Head(_("Zero reports"), numeric=True, priority=3),
            Head(_("Figures given"), numeric=True, priority=2), Head(_("Finding")),
        ]  # fmt: skip
        return _table(_("By lower unit"), heads, [self._unit(one) for one in self.found.parts[:MOST_UNITS]])

    def _unit(self, part: Part) -> dict[str, Any]:
        counts, given = part.counts, part.given
        return row(part.unit.code, [
            text(str(part.unit), f"/quality/{quote(part.unit.code)}"),
            text(share(counts.received, counts.expected)), text(share(counts.on_time, counts.expected)),
            text(percent(counts.on_time, counts.received or None)), text(plain(counts.zero)),
            text(share(*given) if given[1] else UNKNOWN), verdict(counts, given, self.seen.limits),
        ])  # fmt: skip

    def days(self) -> list[dict[str, Any]]:
        """Day by day, the newest first: plain rows, for there are many."""
        counts = self.seen.past.counts
        return [
            {
                "day": day, "url": f"/board/{quote(self.seen.unit.code)}?day={day.isoformat()}",
                "received": share(one.received, one.expected), "on_time": share(one.on_time, one.expected),
                "missing": one.missing, "zero": one.zero,
            }
            for day in reversed(self.seen.days)
            if (one := counts.get(day))
        ]  # fmt: skip

    def odd(self) -> Table:
        """Figures unlike the unit's other days."""
        heads = [
            Head(_("Unit and day")), Head(_("Item")), Head(_("Figure"), numeric=True), Head(_("Usual"), numeric=True),
            Head(_("z"), numeric=True, priority=2), Head(_("Modified z"), numeric=True, priority=2), Head(_("Finding")),
        ]  # fmt: skip
        shown = [one for one in self.found.odd if one.degree == EXTREME]
        return _table(_("Unusual figures"), heads, [self._odd(one) for one in shown[:MOST_FOUND]])

    def _odd(self, one: Odd) -> dict[str, Any]:
        unit = self._named(one.unit)
        hidden = self.sight.hides(one.item, one.value, round(one.expected))  # a score would tell the figure
        scores = (UNKNOWN, UNKNOWN) if hidden else (score(one.z), score(one.modified_z))
        return row(f"{unit.code}-{one.day}-{one.item}", [
            text(f"{unit}, {one.day.isoformat()}", self._report(unit, one.day)), text(self.sight.item(one.item)),
            text(self.sight.count(one.item, one.value)),
            text(self.sight.count(one.item, round(one.expected)) if hidden else usual(one.expected)),
            text(scores[0]), text(scores[1]),
            chip("warn", _("above what is usual") if one.value > one.expected else _("below what is usual")),
        ])  # fmt: skip

    def copied(self) -> Table:
        """Reports with the same figures, more often than chance would have it."""
        heads = [
            Head(_("Unit")), Head(_("Same figures in a row")), Head(_("Days"), numeric=True),
            Head(_("Equal to the report before"), numeric=True), Head(_("By chance"), numeric=True, priority=2),
            Head(_("Probability"), numeric=True, priority=2),
        ]  # fmt: skip
        return _table(_("Copied reports"), heads, [self._copied(one) for one in self.found.copied[:MOST_FOUND]])

    def _copied(self, one: Copied) -> dict[str, Any]:
        unit = self._named(one.unit)
        return row(unit.code, [
            text(str(unit), self._report(unit, one.until)), text(f"{one.since.isoformat()} – {one.until.isoformat()}"),
            text(plain(one.run)), text(share(one.equal, one.pairs)), text(f"{one.expected:.1f}"),
            text(chance(one.chance)),
        ])  # fmt: skip

    def scripts(self) -> Table:
        """Answers that came alike within seconds."""
        heads = [Head(_("Unit")), Head(_("Day")), Head(_("Alike within seconds / answers"), numeric=True)]
        rows = [
            row(f"{one.unit.code}-{one.day}", [
                text(str(one.unit)),
                text(one.day.isoformat(), f"/board/{quote(self.seen.unit.code)}?day={one.day.isoformat()}"),
                text(f"{plain(one.alike)} / {UNKNOWN}" if one.answered is None else share(one.alike, one.answered)),
            ])
            for one in self.seen.scripts[:MOST_FOUND]
        ]  # fmt: skip
        return _table(_("Answers that look automated"), heads, rows)

    def recounted(self) -> Table:
        """Verification factors; no table where nothing was ever recounted."""
        heads = [
            Head(_("Recounted by")), Head(_("Item")), Head(_("Recounted / reported"), numeric=True),
            Head(_("Factor"), numeric=True), Head(_("Units over"), numeric=True, priority=2),
            Head(_("Units under"), numeric=True, priority=2), Head(_("Units exact"), numeric=True, priority=2),
            Head(_("Finding")),
        ]  # fmt: skip
        rows = [self._recount(at, one) for at, one in enumerate(self.found.recounts[:MOST_FOUND])]
        return _table(_("Verification factor"), heads, rows)

    def _recount(self, at: int, one: Recount) -> dict[str, Any]:
        found, limits = one.found, self.seen.limits
        hidden = self.sight.hides(one.item, found.reported, found.recounted)
        both = (self.sight.count(one.item, n) for n in (found.recounted, found.reported))
        source = (
            text(str(one.source.run.agreement), f"/list/verification-runs?unit={quote(one.source.run.unit.code)}")
            if one.source
            else text(_("Corrections of reports"))
        )
        return row(f"recount-{at}", [
            source, text(self.sight.item(one.item) if one.item != PERSONS else _("Persons on the lists")),
            text(" / ".join(both)), text(UNKNOWN if hidden else ratio(found.factor)),
            text(share(found.over, found.told)), text(share(found.under, found.told)),
            text(share(found.exact, found.units)),
            chip(*side(found.factor, limits.over, limits.under)),
        ])  # fmt: skip

    def steady(self) -> Table:
        """Each item's sum beside the mean of the three periods before."""
        heads = [
            Head(_("Item")), Head(_("This period (reports)"), numeric=True),
            Head(_("Periods before, newest last"), numeric=True),
            Head(_("Ratio to their mean"), numeric=True), Head(_("Finding")),
        ]  # fmt: skip
        return _table(_("Beside earlier periods"), heads, [self._steady(one) for one in self.found.steady])

    def _steady(self, one: Steady) -> dict[str, Any]:
        hidden = self.sight.hides(one.item, one.now, *one.before)
        limit = f"{self.seen.limits.consistency_percent:.0f}%"
        said = (
            _("differs by more than {limit}").format(limit=limit)
            if one.differs
            else _("within {limit}").format(limit=limit)
        )
        known = one.ratio is not None and not hidden
        *before, now = [
            f"{self.sight.count(one.item, value)} ({plain(reports)})"
            for value, reports in zip([*one.before, one.now], self.seen.sums[one.item].reports, strict=True)
        ]
        return row(one.item, [
            text(self.sight.item(one.item)), text(now), text(" · ".join(before)),
            text(ratio(one.ratio) if known else UNKNOWN),
            chip("warn" if one.differs else "ok", said) if known else text(""),
        ])  # fmt: skip

    def _named(self, number: int) -> Unit:
        return self.seen.parts.get(number, self.seen.unit)

    def _report(self, unit: Unit, day: Any) -> str:
        return f"/reports/{quote(unit.code)}/{day.isoformat()}/{self.sight.form.code}"


def verdict(counts: Counts, given: tuple[int, int], limits: Limits) -> dict[str, Any]:
    """What is to be said of a unit, the gravest first."""
    least, good = limits.complete_percent, limits.good_percent
    for part, said in ((counts.received, _("incomplete")), (counts.on_time, _("late"))):
        if state := tone(part, counts.expected, least=least, good=good):
            return chip(state, said)
    if tone(*given, least=limits.indicator_percent, good=limits.indicator_percent):
        return chip("warn", _("figures missing"))
    return chip("ok", _("complete and on time"))


def _table(caption: str, heads: Sequence[Head], rows: Sequence[dict[str, Any]]) -> Table:
    return plain_table(caption, heads, rows) if rows else None
