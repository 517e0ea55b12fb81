"""What may be done about classes (开班运行): schedule, enrol, plan, clean, open, measure at the door, close."""

from lianfang.capabilities.training import touched_plans  # noqa: F401  says whom a change of rules touches
from lianfang.capabilities.training.actions.door import record_door_round, record_meal
from lianfang.capabilities.training.actions.hygiene import (
    answer_opening,
    begin_phase,
    finish_order,
    record_disinfection,
    sign_order,
)
from lianfang.capabilities.training.actions.plans import accept_shortage, plan_beds, plan_class, plan_dining
from lianfang.capabilities.training.actions.premises import add_place, add_places
from lianfang.capabilities.training.actions.runs import close_class, enrol, leave_class, open_class, schedule_class
from lianfang.capabilities.training.actions.spots import check_marker, register_spot, repair_marker

__all__ = [
    "accept_shortage",
    "add_place",
    "add_places",
    "answer_opening",
    "begin_phase",
    "check_marker",
    "close_class",
    "enrol",
    "finish_order",
    "leave_class",
    "open_class",
    "plan_beds",
    "plan_class",
    "plan_dining",
    "record_disinfection",
    "record_door_round",
    "record_meal",
    "register_spot",
    "repair_marker",
    "schedule_class",
    "sign_order",
]
