"""What is kept of observation (留观) and of isolation on a campus (校内隔离)."""

from lianfang.capabilities.stays.models.home import HomeTest, HomeWatch
from lianfang.capabilities.stays.models.isolation import Isolated, Isolation, IsolationTest
from lianfang.capabilities.stays.models.stay import (
    PARTY_KINDS,
    RESULTS,
    STATES,
    Change,
    ClosedRound,
    Feedback,
    LabTest,
    Manifest,
    Stay,
)

__all__ = [
    "PARTY_KINDS",
    "RESULTS",
    "STATES",
    "Change",
    "ClosedRound",
    "Feedback",
    "HomeTest",
    "HomeWatch",
    "Isolated",
    "Isolation",
    "IsolationTest",
    "LabTest",
    "Manifest",
    "Stay",
]
