"""An exchange with a run and its differences (校核样例), made without files, for the tests that try every action."""

from __future__ import annotations

from typing import Any

from lianfang.capabilities.verification.actions import make_agreement
from lianfang.capabilities.verification.models import Agreement, Entry, Item, ReceivedList, Run
from lianfang.capabilities.verification.steps import step
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from tests.make import DAY

AGREED = [{"name": "name", "columns": ["姓名"]}, {"name": "id_no", "columns": ["证件号"]}, {"name": "status"}]


class Exchange:
    """An agreement of a unit, one list of each side with a row each, a run, an open and a settled difference."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.agreement: Agreement = make_agreement(
            SYSTEM, unit=unit, counterpart="卫生健康局", purpose="x", basis="x", frequency="daily", fields=AGREED
        )
        self.ours, self.theirs = (self._list(side) for side in ("ours", "theirs"))
        self.run = self._run("done")
        self.signable = self._run("done")
        self.open = self._item(1, "open")
        self.settled = self._item(2, "settled")
        step(self.settled, "settled", SYSTEM, side="theirs", verdict="missing_report").save()

    def _list(self, side: str) -> ReceivedList:
        number = "1" if side == "ours" else "2"
        received = ReceivedList.objects.create(
            unit=self.unit, agreement=self.agreement, side=side, day=DAY, state="stored", sha256=number * 64,
            rows_in=1, stored=1, rejected=0, received_at=clock.now(), received_by="x",
        )  # fmt: skip
        entry = Entry(
            unit=self.unit,
            list=received,
            row=2,
            key=b"k" * 16,
            name="张三",
            values={"status": "1" if side == "ours" else "2"},
        )
        entry.sealed = Entry.sealed_values(entry.pk, {"id_no": "519999200001010009"})
        entry.save()
        return received

    def _run(self, state: str) -> Run:
        return Run.objects.create(
            unit=self.unit, agreement=self.agreement, number=Run.objects.count() + 1, state=state, list_ours=self.ours,
            list_theirs=self.theirs, hash_ours="0" * 64, hash_theirs="1" * 64, started_at=clock.now(), started_by="x",
        )  # fmt: skip

    def _item(self, number: int, state: str) -> Item:
        return Item.objects.create(
            unit=self.unit, agreement=self.agreement, number=number, key=bytes([number]) * 16, klass="only_ours",
            state=state, owner="ours", run=self.run, row_ours=self.ours.entries.get(), print=b"p" * 16,
            opened_at=clock.now(),
        )  # fmt: skip


def exchanging(exchange: Exchange) -> dict[str, Any]:
    """What the actions of two-way verification are given."""
    unit = exchange.unit
    about = {"counterpart": "疾控中心", "purpose": "x", "basis": "x", "frequency": "daily", "fields": AGREED}
    return {
        "agreement.made": {"unit": unit, **about},
        "agreement.ended": {"agreement": exchange.agreement, "reason": "over"},
        "list.received": None,
        "list.quarantined": None,
        "lists.compared": {"unit": unit, "agreement": exchange.agreement},
        "difference.answered": {"unit": unit, "item": exchange.open, "verdict": "missing_report"},
        "difference.undone": None,
        "difference.reopened": {"unit": unit, "item": exchange.settled, "reason": "more is known"},
        "case.revealed": {"unit": unit, "item": exchange.open, "purpose": "call the family"},
        "verification.signed": {"unit": unit, "run": exchange.signable},
    }
