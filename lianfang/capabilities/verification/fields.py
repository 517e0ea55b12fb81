"""What a list may hold (名单字段): columns by which people are told apart, and columns that are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

NAMING: Final = (
    "name", "surname", "given_name", "id_no", "birth", "sex", "phone", "unit", "address", "locality", "postcode",
    "record",
)  # fmt: skip
"""Columns known to the linkage (`domain.linkage`); any other agreed column is compared for conflict only."""
SECRET: Final = frozenset({"id_no", "phone", "address"})
"""Values that are kept sealed and shown masked (security baseline 3.4, class C3)."""
DAYS: Final = frozenset({"birth", "onset", "sampled", "reported", "from_day", "until_day"})
"""Columns that hold a calendar day."""
PAST: Final = frozenset({"birth", "onset", "sampled", "reported", "day"})
"""Days that cannot lie after the day of the list."""
BEGINS: Final = ("reported", "sampled", "onset", "from_day")
"""From which of its days a case counts when the other side's usual delay is waited for, in this order."""
IDENTIFIES: Final = ("id_no", "name", "surname", "given_name", "phone", "record")
"""A row without any of these names nobody."""

FIELDS: Final[Mapping[str, Any]] = {
    "name": _("Name"),
    "surname": _("Surname"),
    "given_name": _("Given name"),
    "id_no": _("ID number"),
    "birth": _("Date of birth"),
    "sex": _("Sex"),
    "phone": _("Phone"),
    "unit": _("Unit"),
    "address": _("Address"),
    "locality": _("Locality"),
    "postcode": _("Postcode"),
    "record": _("Record number"),
    "onset": _("Date of onset"),
    "diagnosed": _("Date of diagnosis"),
    "reported": _("Date of report"),
    "sampled": _("Date of sampling"),
    "admitted": _("Date of admission"),
    "test": _("Test result"),
    "disease": _("Disease"),
    "classification": _("Case classification"),
    "status": _("Status"),
    "from_day": _("From day"),
    "until_day": _("To day"),
    "day": _("Day"),
    "place": _("Place"),
}
"""What the usual fields are called."""

OURS, THEIRS = "ours", "theirs"
SIDES: Final = (OURS, THEIRS)


def other(side: str) -> str:
    """The other side."""
    return THEIRS if side == OURS else OURS


def label(field: str) -> str:
    """A field in words; a column that is none is called by its own name."""
    return str(FIELDS.get(field, field))
