"""What the briefing says of incidents and alerts (日报: 突发情况、预警): how many, their clocks, how far each is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Q

from lianfang.capabilities.incidents.clocks import verdicts
from lianfang.capabilities.incidents.models import ClusterAlert, Incident
from lianfang.capabilities.incidents.shipped import group_words
from lianfang.capabilities.incidents.standing import open_at
from lianfang.domain.briefing.figures import Figure
from lianfang.domain.incidents.clocks import CONTAINED
from lianfang.kernel.briefing import Asked, both, briefed

MOST: Final = 5  # incidents or alerts said one by one; the others are counted


@briefed("incidents")
def incidents(asked: Asked) -> Iterator[Figure]:
    """Open incidents and those of the day, each of these with its two clocks."""
    known = Incident.objects.filter(asked.within(), received_at__lte=asked.at)
    on_record, today = known.count(), known.filter(detected_at__gte=asked.starts)
    still = known.filter(open_at(asked.at))
    yield Figure("incidents.open", still.count(), on_record, measure="incident")
    yield Figure("incidents.new", today.count(), on_record, measure="incident")
    for incident in today.filter(clocked=True).select_related("unit", "place").order_by("detected_at")[:MOST]:
        about = both(lambda incident=incident: incident)  # type: ignore[misc]
        for one in verdicts(incident, now=asked.at):
            name = "incidents.handled" if one.what == CONTAINED else "incidents.reported"
            yield Figure(name, about=about, state=one.state)


@briefed("alerts")
def alerts(asked: Asked) -> Iterator[Figure]:
    """Open alerts of similar illness and the state of each; counts of ill people only as they may be published."""
    known = ClusterAlert.objects.filter(asked.within(), opened_at__lt=asked.at)
    on_record, still = known.count(), Q(outcome_at__isnull=True) | Q(outcome_at__gte=asked.at)
    yield Figure("alerts.open", known.filter(still).count(), on_record, measure="incident")
    yield Figure("alerts.new", known.filter(opened_at__gte=asked.starts).count(), on_record, measure="incident")
    for alert in known.filter(still).select_related("unit", "place").order_by("-opened_at")[:MOST]:
        about = both(lambda alert=alert: f"{alert.place or alert.unit} {group_words(alert.group)}")  # type: ignore[misc]
        yield Figure("alerts.one", about=about, state=_state(alert, asked))


def _state(alert: ClusterAlert, asked: Asked) -> str:
    """How far an alert was at that moment."""
    steps = (("graded", alert.graded_at), ("assessed", alert.assessed_at), ("verified", alert.verified_at))
    return next((state for state, at in steps if at is not None and at < asked.at), "open")
