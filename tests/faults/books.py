"""Comparing the books (对账): what the senders hold against what the database holds."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.clients import Ledger
from tests.faults.product import Product

# An answer carries its key as its remark; one that was replaced is filed as a revision and stays.
KEPT = "SELECT note FROM reporting_answer UNION ALL SELECT note FROM reporting_answerrevision"
RECEIPTS = "SELECT key, id::text FROM reporting_receipt"
UNLOGGED = "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"


@dataclass(frozen=True, slots=True)
class Balance:
    """`lost` must be 0 and `twice` too; `unknown` counts rows that no sender of ours ever sent."""

    acknowledged: int
    lost: int
    twice: int
    unknown: int
    without_answer: int  # receipts on record whose answer is not, or the other way round: half-written

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing twice, nothing half-written."""
        return self.lost == self.twice == self.unknown == self.without_answer == 0


def balance(product: Product, *ledgers: Ledger) -> Balance:
    """Sets of receipts and of answers by key, those held against those on record."""
    held = {key: receipt for ledger in ledgers for key, receipt in ledger.receipts.items()}
    sent = {key for ledger in ledgers for key in ledger.sent}
    receipts = dict(product.rows(RECEIPTS))
    kept = [note for (note,) in product.rows(KEPT)]
    answered = set(kept)
    return Balance(
        acknowledged=len(held),
        lost=sum(receipts.get(key) != receipt or key not in answered for key, receipt in held.items()),
        twice=len(kept) - len(answered),
        unknown=len((answered | set(receipts)) - sent),
        without_answer=len(answered ^ set(receipts)),
    )


def staging(product: Product) -> list[str]:
    """Tables for rows under way that were left behind."""
    return [name for (name,) in product.rows(UNLOGGED)]
