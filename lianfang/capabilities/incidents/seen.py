"""What was seen (所见): as somebody wrote it down; of an incident that an alert opened, what is alike among the ill.

An alert's group is a code, so that each reader has it in their own language.
"""

from __future__ import annotations

from lianfang.capabilities.incidents.models import ClusterAlert, Incident
from lianfang.capabilities.incidents.shipped import group_names, group_words


def seen_words(incident: Incident) -> str:
    """What was seen, in the reader's language as far as the product has the words.

    Incidents of earlier days carry the words of the group itself, in whatever language was in force then.
    """
    alert = ClusterAlert.objects.filter(incident=incident).only("group").first()
    if alert is not None and incident.note in ("", *group_names(alert.group)):
        return group_words(alert.group)
    return incident.note
