"""What the organisation in command keeps (指挥组织): slots and holders, leading groups in versions, temporary teams."""

from lianfang.capabilities.command.models.group import (
    FUNCTIONS,
    MOVES,
    Decision,
    Delegation,
    GroupMember,
    GroupStep,
    GroupVersion,
    LeadingGroup,
    SubGroup,
)
from lianfang.capabilities.command.models.organisation import Holding, Organisation, Slot
from lianfang.capabilities.command.models.team import REACHES, Team, TeamMember

__all__ = [
    "FUNCTIONS",
    "MOVES",
    "REACHES",
    "Decision",
    "Delegation",
    "GroupMember",
    "GroupStep",
    "GroupVersion",
    "Holding",
    "LeadingGroup",
    "Organisation",
    "Slot",
    "SubGroup",
    "Team",
    "TeamMember",
]
