"""Things that several test files of capabilities begin with (共用场景); a file may have its own of the same name."""

from __future__ import annotations

import pytest

from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.training_world import EARLIER, Academy


@pytest.fixture
def academy() -> Academy:
    with clock.at(EARLIER):
        return Academy()


@pytest.fixture
def school():
    return make.root("S", "school")


@pytest.fixture
def everything():
    with within(EVERYTHING):
        yield
