"""Drop points (送餐点): building and floor, as they are kept and as people on the site call them."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

COMMON: Final = "—"
"""The drop point of rooms that are in no building and on no floor."""
STAFF: Final = "staff"
"""The drop point of those who work here."""
_FLOOR: Final = re.compile(r"(?P<building>.+) F(?P<floor>-?\d+)")


def drop_words(drop: str) -> str:
    """A drop point in the reader's language: `A F2` is the second floor of building A."""
    if drop == COMMON:
        return str(_("One drop point for all"))
    if drop == STAFF:
        return str(_("Staff"))
    found = _FLOOR.fullmatch(drop)
    if found is None:
        return drop
    return str(_("Building {building}, floor {floor}")).format(building=found["building"], floor=found["floor"])
