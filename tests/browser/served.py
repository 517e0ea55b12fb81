"""The product as it runs (运行中的产品): granian and hashed static files on a database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection

from lianfang.interfaces.server import processes, programs
from lianfang.interfaces.server.dropping import drop_database
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.reach import answers, free_port
from tests.database import TEMPLATE

HOST = "127.0.0.1"
STARTING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Product:
    """The product on its way up."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        """Where it is opened."""
        return f"http://{HOST}:{self.port}"

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + STARTING_SECONDS
        while not answers(HOST, self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)


@contextmanager
def served() -> Iterator[Product]:
    """The product on a fresh copy of the template, which the ORM of this process then uses too."""
    with _own_database() as url, tempfile.TemporaryDirectory(prefix="lianfang-pages-") as state:
        environment = {**os.environ, "DATABASE_URL": url, "LIANFANG_STATE": state, "LIANFANG_COLLECTED": "true"}
        collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, env=environment, check=True)
        with _running(environment) as product:
            yield product


@contextmanager
def _own_database() -> Iterator[str]:
    """The tests commit, and the server sees what they commit; so nothing here is shared with any other test."""
    name = f"pages_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server = os.environ["LIANFANG_TEST_SERVER"]
    _instead(server, name, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        _instead(server, name)


def _instead(server: str, name: str, create: str = "") -> None:
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(1)")  # a template can be copied by one at a time
        drop_database(owner, name)
        if create:
            owner.execute(create)


@contextmanager
def _running(environment: Mapping[str, str]) -> Iterator[Product]:
    port = free_port(HOST, 0)
    command = leashed(programs.web(HOST, port).argv, at_death=signal.SIGKILL)
    with subprocess.Popen(command, env=dict(environment), start_new_session=True) as server:
        try:
            yield Product(server, port)
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            finally:
                processes.send([p.pid for p in processes.in_session(server.pid)], signal.SIGKILL)
