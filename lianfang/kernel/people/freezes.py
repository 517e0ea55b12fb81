"""What stands against approving leave (停休): each capability says it of its own orders; the roster asks them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lianfang.kernel.orgs.models import Unit

Freeze = Callable[[Unit, date, date], str]
"""For leave of somebody of a unit, from one day until another: the name of the order that stands against it, or ""."""
_freezes: list[Freeze] = []


def freezes_leave(freeze: Freeze) -> Freeze:
    """Register a function that knows of orders against leave."""
    if freeze not in _freezes:
        _freezes.append(freeze)
    return freeze


def frozen_by(unit: Unit, since: date, until: date) -> str:
    """The first order that stands against leave in this time, "" when none does."""
    return next((order for order in (freeze(unit, since, until) for freeze in _freezes) if order), "")
