"""The words of meals and daily life (供餐用语): diets, meals, what guests ask for and what becomes of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.domain.flow import Flow, Move
from lianfang.domain.meals.lists import CHILD, DIABETIC, HALAL, NORMAL, VEGETARIAN
from lianfang.domain.meals.sittings import BREAKFAST, DINNER, LUNCH

DIETS = [
    (NORMAL, _("normal")),
    (HALAL, _("halal")),
    (DIABETIC, _("diabetic")),
    (CHILD, _("child's")),
    (VEGETARIAN, _("vegetarian")),
]
MEALS = [(BREAKFAST, _("breakfast")), (LUNCH, _("lunch")), (DINNER, _("dinner"))]
REQUEST_KINDS = [
    ("goods", _("daily goods")),
    ("food", _("food")),
    ("infant", _("for an infant")),
    ("repair", _("repair")),
    ("network", _("network")),
    ("study", _("study")),
    ("exercise", _("exercise")),
    ("other", _("other")),
]
REQUEST_STATES = [("open", _("waiting")), ("taken", _("under way")), ("closed", _("done")), ("declined", _("declined"))]
REQUEST = Flow(
    "open",
    (
        Move("take", ("open",), "taken"),
        Move("close", ("open", "taken"), "closed"),
        Move("decline", ("open", "taken"), "declined"),
    ),
)
