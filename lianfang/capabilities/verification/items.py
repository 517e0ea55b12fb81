"""Differences through all runs (差异跟踪): opened once, staying answered, and closed when they differ no longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db import connection
from django.db.models import Max

from lianfang.capabilities.verification.due import due_time
from lianfang.capabilities.verification.found import Difference
from lianfang.capabilities.verification.models import (
    GONE,
    OPEN,
    SETTLED,
    UNSETTLED,
    WAITING,
    Agreement,
    Item,
    Run,
    Step,
)
from lianfang.capabilities.verification.steps import step
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.scope import EVERYTHING, within

BATCH: Final = 1_000
_SEEN: Final = (
    "state", "owner", "run", "row_ours", "row_theirs", "probability", "fields", "alike", "evidence", "print",
    "verdict_ours", "verdict_theirs", "chosen_ours", "chosen_theirs", "by_ours", "by_theirs", "waits_until", "due_at",
    "settled_at", "reopened",
)  # fmt: skip


@dataclass(slots=True)
class Ledger:
    """What a run changes in the differences of its agreement, collected and then written in few statements."""

    agreement: Agreement
    run: Run
    by: Actor
    new: list[Item] = field(default_factory=list)
    changed: list[Item] = field(default_factory=list)
    carried: list[Item] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def take(self, found: Sequence[Difference], looked_at: Callable[[Item], bool]) -> None:
        """Meet what was found with what is on record; `looked_at` says of an item whether this run could find it."""
        unique = {one.key: one for one in _told_apart(found)}
        before = {bytes(item.key): item for item in Item.objects.filter(agreement=self.agreement, key__in=list(unique))}
        number = _last_number(self.agreement)
        for key, one in unique.items():
            if key in before:
                self._again(before[key], one)
            else:
                number += 1
                self._open(one, number)
        self._close_others(set(unique), looked_at)
        self._write()

    def _open(self, one: Difference, number: int) -> None:
        item = Item(
            unit_id=self.agreement.unit_id, theirs_id=self.agreement.theirs_id, agreement=self.agreement, number=number,
            key=one.key, klass=one.klass, opened_at=clock.now(),
        )  # fmt: skip
        self._describe(item, one)
        self._put(item, one)
        self.new.append(item)
        self.steps.append(step(item, "waiting" if item.state == WAITING else "opened", self.by))
        self.counts["new"] += 1

    def _describe(self, item: Item, one: Difference) -> None:
        item.run, item.row_ours, item.row_theirs, item.print = self.run, one.row_ours, one.row_theirs, one.print
        item.probability, item.fields, item.alike = one.probability, list(one.fields), list(one.alike)
        item.evidence = dict(one.evidence)
        item.place_id, item.day = one.place_id, one.day

    def _put(self, item: Item, one: Difference) -> None:
        """Put it to the side that must answer; or wait, while the other side's list may yet name the case."""
        waits = one.waits_until is not None and one.waits_until > clock.now()
        item.state, item.owner = (WAITING if waits else OPEN), one.owner
        item.waits_until = one.waits_until if waits else None
        item.due_at = None if waits else due_time(self.agreement)
        item.settled_at = None
        item.verdict_ours = item.verdict_theirs = ""
        item.chosen_ours, item.chosen_theirs, item.by_ours, item.by_theirs = {}, {}, None, None

    def _again(self, item: Item, one: Difference) -> None:
        """Found before: answered it stays answered, unless its values are others now."""
        same, state = bytes(item.print) == one.print, item.state
        self._describe(item, one)
        if state == GONE or not same:
            self._put(item, one)
            item.reopened += state in (SETTLED, GONE)
            self.steps.append(step(item, "found_again" if state in UNSETTLED else "reopened", self.by))
            self.counts["reopened"] += state in (SETTLED, GONE)
            self.changed.append(item)
        else:
            self.carried.append(item)
        self.counts["carried"] += 1

    def _close_others(self, found: set[bytes], looked_at: Callable[[Item], bool]) -> None:
        """Close what this run has looked at and no longer finds; persons in neither list were not looked at."""
        standing = Item.objects.filter(agreement=self.agreement, state__in=UNSETTLED, run__kind=self.run.kind)
        for item in standing.select_related("row_ours", "row_theirs"):
            if bytes(item.key) not in found and looked_at(item):
                item.state, item.due_at, item.waits_until = GONE, None, None
                item.settled_at = clock.now()
                self.changed.append(item)
                self.steps.append(step(item, "gone", self.by))
                self.counts["gone"] += 1

    def _write(self) -> None:
        Item.objects.bulk_create(self.new, batch_size=BATCH)
        Item.objects.bulk_update(self.changed, _SEEN, batch_size=BATCH)
        Item.objects.bulk_update(self.carried, ["row_ours", "row_theirs"], batch_size=BATCH)
        Item.objects.filter(pk__in=[item.pk for item in self.carried]).update(run=self.run)
        Step.objects.bulk_create(self.steps, batch_size=BATCH)


def _told_apart(found: Sequence[Difference]) -> Iterator[Difference]:
    """Differences of people of whom the same is known, as two of one name and nothing else: none is lost."""
    seen: Counter[tuple[str, tuple[bytes, ...]]] = Counter()
    for one in found:
        yield replace(one, ordinal=seen[one.klass, one.keys])
        seen[one.klass, one.keys] += 1


def _last_number(agreement: Agreement) -> int:
    """The last number given to a difference of our side; until the transaction ends nobody else gives one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"item {agreement.unit_id}"])
    with within(EVERYTHING):
        return Item.objects.filter(unit_id=agreement.unit_id).aggregate(most=Max("number"))["most"] or 0
