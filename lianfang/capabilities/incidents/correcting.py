"""A wrong fact behind a code (黄码事实更正): corrected in the code event, or no event at all."""

from __future__ import annotations

from lianfang.capabilities.incidents.closing import dismiss_incident
from lianfang.capabilities.incidents.codes import STATUS
from lianfang.capabilities.incidents.models import CodeEvent
from lianfang.capabilities.incidents.models.codes import COLOURS
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.actions import store
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.statuses.sources import Correction, rests_on_rows, row_behind


def _corrected(made: Correction) -> None:
    """Cause or colour. Where nothing holds by the right one, the incident was a false alarm, and nothing is owed."""
    if made.fact == "colour" and made.right not in dict(COLOURS):
        raise Refused("choice.unknown", "right", choices=list(dict(COLOURS)))
    event = row_behind(made.status, CodeEvent)
    setattr(event, made.fact, made.right)
    store(event)
    facts = {**made.status.facts, made.fact: made.right, "corrected": made.fact}
    statuses.correct(made.status, facts=facts, value=made.status.value, by=made.by, at=clock.now(), reason=made.reason)
    if not made.holds:
        dismiss_incident(made.by, incident=event.incident, reason=made.reason)


rests_on_rows(STATUS, cause=_corrected, colour=_corrected)
