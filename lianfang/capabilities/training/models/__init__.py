"""What running classes keeps (开班运行): classes and who attends, plans of seats, beds and meals, hygiene, markers."""

from lianfang.capabilities.training.models.hygiene import (
    ANSWERS,
    ORDER_STATES,
    OpeningAnswer,
    WorkOrder,
    ZoneDisinfection,
)
from lianfang.capabilities.training.models.plans import MEALS, ClassSitting, LodgingPlan, MealScan, RoomPlan
from lianfang.capabilities.training.models.runs import CLASS_STATES, ClassRun, Enrolment, TrainingPhase
from lianfang.capabilities.training.models.spots import MARKER_KINDS, RESULTS, Marker, MarkerCheck

__all__ = [
    "ANSWERS",
    "CLASS_STATES",
    "MARKER_KINDS",
    "MEALS",
    "ORDER_STATES",
    "RESULTS",
    "ClassRun",
    "ClassSitting",
    "Enrolment",
    "LodgingPlan",
    "Marker",
    "MarkerCheck",
    "MealScan",
    "OpeningAnswer",
    "RoomPlan",
    "TrainingPhase",
    "WorkOrder",
    "ZoneDisinfection",
]
