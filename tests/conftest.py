"""Shared by all tests (测试共用): the clock stands still, and every test sees only what it was given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lianfang.kernel import clock
from tests.database import copy_template
from tests.make import at


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Every worker has a database of its own."""
    copy_template()


@pytest.fixture
def afternoon() -> Iterator[None]:
    """It is 16:05 on the day of the tests."""
    with clock.at(at(16, 5)):
        yield
