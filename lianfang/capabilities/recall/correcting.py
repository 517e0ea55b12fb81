"""A wrong fact behind a recall or an exemption (召回事实更正): where somebody is, corrected in its own row."""

from __future__ import annotations

from lianfang.capabilities.recall.models import RecallPerson
from lianfang.kernel import clock
from lianfang.kernel.actions import store
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.statuses.sources import Correction, refuse_beside_its_row, rests_on_rows, row_behind


def _whereabouts(made: Correction) -> None:
    """Who is somewhere else is still recalled; whether they need not come is decided by the acts of the recall."""
    if not made.holds:
        refuse_beside_its_row(made.status, "holds")
    row = row_behind(made.status, RecallPerson)
    setattr(row, made.fact, made.right)
    store(row)
    facts = {**made.status.facts, made.fact: made.right, "corrected": made.fact}
    statuses.correct(made.status, facts=facts, value=made.status.value, by=made.by, at=clock.now(), reason=made.reason)


for kind in ("recall", "exempt"):
    rests_on_rows(kind, whereabouts=_whereabouts, area=_whereabouts)
