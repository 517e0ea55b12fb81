"""The worlds of these tests, each built once for each file that asks for it: of bad inputs, and of every address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from lianfang.kernel import clock
from tests.everything.action_world import World as Reached
from tests.everything.places import addresses
from tests.make import at
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


@pytest.fixture(scope="module")
def whole_reached(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Reached]:
    """A world with something behind every address, in a transaction of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.at(at(12)):
            found = Reached()
            found.addresses = addresses(found)
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def reached(whole_reached: Reached) -> Iterator[Reached]:
    """That world at noon; whatever a test does to it is undone."""
    with clock.at(at(12)), transaction.atomic():
        yield whole_reached
        transaction.set_rollback(True)
