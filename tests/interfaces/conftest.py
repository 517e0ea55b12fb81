"""What tests of pages, API and files share (接口测试共用)."""

from __future__ import annotations

from functools import partial

import pytest

from lianfang.interfaces.exchange import imports
from lianfang.interfaces.exchange.reading import read_given
from tests.interfaces.exchange.reading import in_this_process


@pytest.fixture
def reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are read in this process: what the child process is for has tests of its own."""
    monkeypatch.setattr(imports, "read_given", partial(read_given, reader=in_this_process))
