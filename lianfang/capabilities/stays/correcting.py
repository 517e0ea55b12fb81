"""A wrong fact behind an observation or an isolation (留观与隔离的事实更正): corrected in the row."""

from __future__ import annotations

from lianfang.capabilities.stays.admissions import OBSERVED
from lianfang.capabilities.stays.isolation import KIND
from lianfang.capabilities.stays.lengths import correct_exposure
from lianfang.capabilities.stays.models import Isolated, Stay
from lianfang.domain.parsing.dates import parse_day
from lianfang.kernel import clock
from lianfang.kernel.actions import store
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.statuses.sources import Correction, refuse_beside_its_row, rests_on_rows, row_behind


def _exposure(made: Correction) -> None:
    day = parse_day(made.right, "right", [])
    correct_exposure(made.by, stay=row_behind(made.status, Stay), last_exposure=day, reason=made.reason)


def _reason(made: Correction) -> None:
    """Another reason may be right; whether the isolation ends is for the test and the doctor to say."""
    if not made.holds:
        refuse_beside_its_row(made.status, "holds")
    row = row_behind(made.status, Isolated)
    row.reason = made.right
    store(row)
    facts = {**made.status.facts, made.fact: made.right, "corrected": made.fact}
    statuses.correct(
        made.status, facts=facts, value=made.status.value, by=made.by, at=clock.now(), reason=made.reason
    )  # fmt: skip


rests_on_rows(OBSERVED, last_exposure=_exposure)
rests_on_rows(KIND, reason=_reason)
