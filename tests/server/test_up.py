"""`lianfang up` (启动): the product itself, from an empty folder to a clean stop."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import takewhile
from pathlib import Path

import pytest

from lianfang.interfaces.server import leftovers, processes
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.reach import names
from tests.server.conftest import REPOSITORY

CLEAN_STOP_SECONDS = 4.0  # the promise is three; a loaded machine of tests gets one more


def healthz(address: str) -> tuple[int, dict[str, str]]:
    """Status and body of the probe at an address like http://127.0.0.1:8000."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", "/healthz")
        given = connection.getresponse()
        return given.status, json.loads(given.read())
    finally:
        connection.close()


def test_up_serves_from_an_empty_folder_and_stops_cleanly(folder: Path) -> None:
    Cluster(folder, for_tests=True).ensure()  # made without waiting for the disk
    command = [sys.executable, "-m", "lianfang", "up", "--port", "0", "--data", str(folder)]
    up = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=_environment())
    try:
        assert up.stdout is not None
        shown = "".join(takewhile(lambda line: line != "Ctrl-C stops it.\n", up.stdout))
        found = re.search(r"is running at (http://127\.0\.0\.1:\d+)\n", shown)
        assert found, shown
        assert healthz(found[1])[1]["database"] == "ok"
        began = time.monotonic()
        up.send_signal(signal.SIGINT)
        assert up.wait(15) == 0
        assert time.monotonic() - began < CLEAN_STOP_SECONDS
        assert leftovers.noted(folder) == {}
        assert processes.in_folder(folder / "postgresql" / "data") == []
    finally:
        up.kill()
        up.communicate()
        leftovers.clear(folder, lambda _line: None)


@pytest.mark.parametrize(
    ("host", "first", "all_of_it"),
    [
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1", "localhost", "[::1]"]),
        ("::1", "[::1]", ["[::1]", "localhost", "127.0.0.1"]),
        ("10.1.2.3", "10.1.2.3", ["10.1.2.3"]),
    ],
)
def test_the_names_of_an_address_are_those_it_listens_on(host: str, first: str, all_of_it: list[str]) -> None:
    assert names(host)[0] == first
    assert names(host) == all_of_it


def test_listening_everywhere_it_is_reached_from_here_and_from_elsewhere() -> None:
    assert names("::")[0] == "[::1]"
    assert {"localhost", os.uname().nodename.lower()} <= set(names("::"))


def _environment() -> dict[str, str]:
    """What a person's shell has: nothing of ours."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("LIANFANG_", "DJANGO_", "DATABASE_"))
    }
