"""The demonstration's world (演示场景). To be replaced by its author; the names below are what pages use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody of the demonstration: account, name, duty in words, first page."""

    handle: str
    name: str
    duty: str
    path: str


def is_demo() -> bool:
    """Whether this database is a demonstration."""
    return False


def demo_accounts() -> list[DemoAccount]:
    """Whom one may be in the demonstration."""
    return []
