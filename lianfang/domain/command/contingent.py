"""A temporary team of several organisations (联合团队): what each of its members may see of the others (row A03)."""

from __future__ import annotations

from enum import StrEnum


class Reach(StrEnum):
    """How far a member of a team sees: nothing but the own work, the own organisation's members, or the whole team."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"
