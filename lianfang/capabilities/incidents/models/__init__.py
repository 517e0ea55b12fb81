"""What is kept of incidents (突发情况): the incident and its log, health codes, alerts of similar illness, patrols."""

from lianfang.capabilities.incidents.models.alerts import ClusterAlert, ClusterMember
from lianfang.capabilities.incidents.models.codes import CodeEvent, CodeTest
from lianfang.capabilities.incidents.models.incident import Called, Incident, LogLine, RunbookEdition, Stop
from lianfang.capabilities.incidents.models.patrols import Patrol, PatrolCheck, PatrolPoint, PatrolRound
from lianfang.capabilities.incidents.models.referrals import Referral

__all__ = [
    "Called",
    "ClusterAlert",
    "ClusterMember",
    "CodeEvent",
    "CodeTest",
    "Incident",
    "LogLine",
    "Patrol",
    "PatrolCheck",
    "PatrolPoint",
    "PatrolRound",
    "Referral",
    "RunbookEdition",
    "Stop",
]
