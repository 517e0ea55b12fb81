"""Linking two lists of persons (记录关联): who is in both, who in one, and where they differ.

`reconcile` puts ours beside theirs, `dedupe` finds rows of one person in one list, `link` gives only the joined pairs.
"""

from lianfang.domain.linkage.listing import FIELDS, Coded, Listing
from lianfang.domain.linkage.reconciling import dedupe, link, reconcile
from lianfang.domain.linkage.result import Counts, Duplicates, FieldEvidence, Pair, Reconciliation
from lianfang.domain.linkage.settings import Ruling, Settings

__all__ = [
    "FIELDS", "Coded", "Counts", "Duplicates", "FieldEvidence", "Listing", "Pair", "Reconciliation", "Ruling",
    "Settings", "dedupe", "link", "reconcile",
]  # fmt: skip
