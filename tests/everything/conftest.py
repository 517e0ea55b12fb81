"""The world of the catalogue of bad inputs, built once for each file of tests that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.world import World, built, undone


@pytest.fixture(scope="module")
def whole_world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """The world, in a transaction of its own."""
    with django_db_blocker.unblock(), built() as world:
        with undone():
            world.send("class_head", "GET", "me")  # the first request loads every address, and is slow
        yield world


@pytest.fixture
def world(whole_world: World) -> Iterator[World]:
    """The world as it was built, whatever another test did to it."""
    with undone():
        yield whole_world
