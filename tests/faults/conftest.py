"""Shared by the tests under fire (故障测试共用): an installation, and the file that keeps their figures.

The short runs belong to every test run; those marked `proof` take minutes and run with `-m proof`.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.server import proofs
from lianfang.interfaces.server.place import place_of
from lianfang.interfaces.server.state import DEFAULT_STATE
from lianfang.kernel.faults import PLACES
from tests.faults.clients import Address
from tests.faults.product import REPOSITORY, Product

PEOPLE = 48
Proving = Callable[[str], AbstractContextManager[dict[str, Any]]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long runs only when somebody asks for them by their mark."""
    if "proof" in (config.option.markexpr or ""):
        return
    long = pytest.mark.skip(reason='takes minutes; run it with make test ARGS="-m proof"')
    for item in items:
        if item.get_closest_marker("proof"):
            item.add_marker(long)


@pytest.fixture
def proving() -> Proving:
    """`with proving("power cut") as figures:` keeps the figures, as broken when the block fails."""

    @contextmanager
    def kept(promise: str) -> Iterator[dict[str, Any]]:
        figures: dict[str, Any] = {}
        held = False
        try:
            yield figures
            held = True
        finally:
            proofs.record(_file(), proofs.Proof(promise, datetime.now(UTC), held, figures))

    return kept


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[Product, Address]]:
    """One installation for the tests that leave it running, and where to send for the people of its one class."""
    with installation() as made:
        made.start()
        yield made, Address(made.port, made.ask("world", str(PEOPLE)))


@pytest.fixture
def product(running: tuple[Product, Address]) -> Product:
    """An installation to which nobody has sent anything yet."""
    made, _ = running
    made.withdraw()
    made.clear_answers()
    return made


@pytest.fixture
def address(running: tuple[Product, Address]) -> Address:
    """Where to send."""
    return running[1]


@contextmanager
def installation(state: Path | None = None) -> Iterator[Product]:
    """An installation that is not started yet, in a folder of its own or in `state`."""
    folder = Path(tempfile.mkdtemp(prefix="lianfang-fire-"))
    folder.chmod(0o711)  # the server's own account passes through
    made = Product(state or folder / "state", folder)
    made.state.mkdir(mode=0o711, exist_ok=True)
    try:
        yield made
    finally:
        made.end()
        place = place_of(made.state)
        for left in (folder, place.home, place.socket):
            shutil.rmtree(left, ignore_errors=True)


def places_in_use() -> frozenset[str]:
    """The places of `kernel.faults` that the product's source really passes."""
    named = re.compile(r'\bfault\("(\w+)"\)')
    source = (file.read_text(encoding="utf-8") for file in (REPOSITORY / "lianfang").rglob("*.py"))
    return frozenset(name for text in source for name in named.findall(text)) & frozenset(PLACES)


def until(condition: Callable[[], bool], seconds: float = 180.0) -> bool:
    """Waits for a condition about other processes, looking often; False when the time is up."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _file() -> Path:
    """Where `doctor` finds it: the folder that `make run` uses, unless the run says otherwise."""
    given = os.environ.get(proofs.VARIABLE)
    return Path(given) if given else REPOSITORY / DEFAULT_STATE / proofs.FILE
