"""Shared by the tests of what runs on one machine (单机运行测试共用)."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lianfang.interfaces.server.place import place_of
from lianfang.interfaces.server.postgres import Cluster, test_cluster
from tests.server.backed_up import county, county_node, node  # noqa: F401  fixtures

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests start servers themselves; what the run as a whole uses is out of their sight."""
    for name in (
        "DATABASE_URL",
        "LIANFANG_STATE",
        "LIANFANG_PGBIN",
        "LIANFANG_DATABASE_CHECKED",
        "LIANFANG_SUPERVISED",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("LIANFANG_SECRET_KEY", "LIANFANG_FIELD_KEY", "LIANFANG_INDEX_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new state folder that every account can pass through, removed afterwards with everything of it."""
    yield from _folder(0o711)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A new folder that only its owner can pass through."""
    yield from _folder(0o700)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A running cluster, one for the tests of a file."""
    with test_cluster() as running:
        yield running


def until(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Waits for a condition about other processes, looking often; False when the time is up."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _folder(mode: int) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="lianfang-test-"))
    made.chmod(mode)
    yield made
    place = place_of(made)
    for left in (made, place.home, place.socket):
        shutil.rmtree(left, ignore_errors=True)
