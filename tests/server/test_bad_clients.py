"""Bad clients of the running product (恶劣客户端): slow, huge, deep, torn, contradicting, beside people who report."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.db import connections

from lianfang.interfaces.server import programs
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.reach import answers, free_port
from lianfang.kernel import clock
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import SHANGHAI
from tests.server.backed_up import KEYS, Node, execute
from tests.server.conftest import REPOSITORY, until

MIB = 1024 * 1024
JSON = "application/json"
START_SECONDS = 60.0
SLOW_HEADERS, SLOW_BODIES, SILENT_READERS = 500, 300, 200
CROWD_SECONDS = 7.0  # longer than the five that a header may take
ANSWERED_SECONDS = 2.0
PUPILS, COPIES = 60, 50


@dataclass(frozen=True, slots=True)
class Product:
    """The product's own door and pages under granian, a token to report with, and people to report for."""

    port: int
    token: str
    node: Node
    pupils: tuple[str, ...]
    day: str

    def answer(self, number: int, **more: Any) -> dict[str, Any]:
        """A valid answer for one of the people."""
        person = {"ref": self.pupils[number]}
        key = f"client-{number:04d}-{time.monotonic_ns()}"
        return {"key": key, "unit": "S9-K1", "day": self.day, "slot": "am", "person": person, "state": "well", **more}

    def head(self, length: int, path: str = "/api/v1/reports") -> bytes:
        """The lines before the body of a report."""
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {self.token}"]
        return "\r\n".join([*lines, f"Content-Type: {JSON}", f"Content-Length: {length}", "", ""]).encode()

    def send(self, body: Any, path: str = "/api/v1/reports", **headers: str) -> tuple[int, Any]:
        """Status and JSON of one request."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": JSON, **headers}
        connection = http.client.HTTPConnection("localhost", self.port, timeout=30)
        try:
            connection.request("POST", path, raw, given)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def open(self, text: bytes, *, buffer: int = 0) -> socket.socket:
        """A connection on which these bytes have been sent; with `buffer`, one that takes in little."""
        made = socket.socket()
        if buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        made.settimeout(15)
        made.connect(("127.0.0.1", self.port))
        made.sendall(text)
        return made

    def kept(self, key: str = "%") -> int:
        """Receipts on record under keys like this one."""
        found = execute(self.node.url, f"SELECT count(*) FROM reporting_receipt WHERE key LIKE '{key}'")
        return int(found[0][0])


@pytest.fixture(scope="module")
def product(county_node: tuple[Node, Any]) -> Iterator[Product]:
    """The product as `up` runs it, without the worker, on the node's database."""
    node, _ = county_node
    day, token, pupils = peopled()
    connections.close_all()
    port = free_port("127.0.0.1", 0)
    program = programs.web("127.0.0.1", port)
    command = leashed(program.argv, at_death=program.at_supervisor_death)
    running = subprocess.Popen(command, cwd=REPOSITORY, env=variables(node), stderr=subprocess.DEVNULL)
    made = Product(port, token, node, pupils, day)
    try:
        assert until(lambda: answers("127.0.0.1", port), START_SECONDS)
        assert made.send(made.answer(0))[0] == 200  # the first request loads every address
        yield made
    finally:
        running.terminate()
        running.wait(15)


def peopled() -> tuple[str, str, tuple[str, ...]]:
    """Today, a token of the head of a class, and its people."""
    now = datetime.now(SHANGHAI)
    with clock.at(now.replace(hour=1)):
        with within(EVERYTHING):
            county = Unit.objects.get(code="N1")
        school = make.unit(county, "S9", "school")
        room = make.unit(school, "S9-K1", "class")
        pupils = tuple(str(one.pk) for one in make.members(room, PUPILS))
        head = make.account(room, "class_head")
        with within(EVERYTHING):
            open_day(now.date())
            open_tallies(now.date())
            return str(now.date()), new_token(head)[1], pupils


def variables(node: Node) -> dict[str, str]:
    """What `up` gives its programs."""
    ours = {"DATABASE_URL": node.url, "LIANFANG_STATE": str(node.state), "LIANFANG_DATABASE_CHECKED": "1", **KEYS}
    return {**os.environ, **ours, "LIANFANG_HOSTS": "localhost,127.0.0.1", "LIANFANG_ROLE": "app"}


def test_ap_038_and_ap_039_crowds_that_are_slow_hold_nobody_up_who_reports(product: Product) -> None:
    slow_header = b"GET /today HTTP/1.1\r\nHost: localhost\r\nX-A: "
    pages = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20
    with ExitStack() as crowd:
        for _ in range(SLOW_BODIES):
            crowd.enter_context(product.open(product.head(5000) + b"{"))
        for _ in range(SILENT_READERS):
            crowd.enter_context(product.open(pages, buffer=4096))
        dripping = [crowd.enter_context(product.open(slow_header)) for _ in range(SLOW_HEADERS)]
        waits = reported_meanwhile(product, dripping)
    assert len(waits) >= 5
    assert max(waits) < ANSWERED_SECONDS, waits


def reported_meanwhile(product: Product, dripping: list[socket.socket]) -> list[float]:
    """Reports one after another while every slow connection gets another byte a second; how long each waited."""
    waits: list[float] = []
    end = time.monotonic() + CROWD_SECONDS
    while (began := time.monotonic()) < end:
        assert product.send(product.answer(1 + len(waits) % (PUPILS - 1)))[0] == 200
        waits.append(time.monotonic() - began)
        for one in dripping:
            drip(one)
        time.sleep(max(0.0, began + 1 - time.monotonic()))
    return waits


def drip(connection: socket.socket) -> None:
    """One byte, unless the other side has given this connection up."""
    try:
        connection.sendall(b"a")
    except OSError:
        return


def test_slow_bodies_and_headers_are_given_up_with_a_reason_or_closed(product: Product) -> None:
    with product.open(product.head(5000) + b"{") as body, product.open(b"GET / HTTP/1.1\r\nX-A: ") as header:
        body.settimeout(20)
        header.settimeout(20)
        given = body.recv(MIB)
        assert given.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 400 ")) and b"http.slow" in given
        assert header.recv(MIB)[:12] in (b"", b"HTTP/1.1 408")


@pytest.mark.parametrize("lengths", [(5, 6), (6, 5)])
def test_ap_036_two_lengths_of_one_body_are_refused(product: Product, lengths: tuple[int, int]) -> None:
    before = product.kept()
    lines = b"".join(b"Content-Length: %d\r\n" % length for length in lengths)
    with product.open(b"POST /api/v1/reports HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\nhello!") as connection:
        assert connection.recv(MIB).startswith(b"HTTP/1.1 400 ")
    assert product.kept() == before


def test_ap_037_a_header_of_a_mebibyte_is_refused(product: Product) -> None:
    with product.open(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ") as connection:
        try:
            connection.sendall(b"a" * MIB + b"\r\n\r\n")
            given = connection.recv(MIB)
        except ConnectionError:
            given = b""  # closed while we were still sending
    assert given == b"" or given.startswith(b"HTTP/1.1 431 ")


def test_ap_040_a_report_cut_short_is_told_so_and_not_kept(product: Product) -> None:
    body = json.dumps(product.answer(2, key="never-whole")).encode()
    with product.open(product.head(5000) + body) as connection:
        connection.shutdown(socket.SHUT_WR)
        given = connection.recv(MIB)
    assert given.startswith(b"HTTP/1.1 400 ") and b"http.framing" in given
    assert product.kept("never-whole") == 0


def test_ap_042_an_upgrade_with_odd_bytes_ends_no_process(product: Product) -> None:
    lines = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: \xff\xfe\r\n"
    with product.open(b"GET /today HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n") as connection:
        status = int(connection.recv(MIB).split()[1])
    assert status in (302, 400, 401, 403, 404, 426)
    assert product.send(product.answer(3))[0] == 200


def deep(levels: int) -> bytes:
    """Lists within lists."""
    return b"[" * levels + b"]" * levels


TOO_MUCH = {
    "body of 20 MiB": (b'{"note":"' + b"x" * (20 * MIB) + b'"}', 413, "body.too_large"),
    "1,000 levels": (deep(1_000), 422, "json.too_deep"),
    "100,000 levels": (deep(100_000), 422, "json.too_deep"),
    "a member 100,000 levels deep": (b'{"key":"k-12345678","person":' + b'{"a":' * 100_000, 422, "json."),
    "a number of 100,000 digits": (b'{"temperature":' + b"9" * 100_000 + b"}", 422, ""),
    "100,000 members": (json.dumps({f"m{n}": 1 for n in range(100_000)}).encode(), 413, "body.too_large"),
    "half a character": (b'{"note":"\\ud800"}', 422, ""),
    "not a number": (b'{"temperature":NaN}', 422, "json.malformed"),
    "the same member twice": (b'{"key":"k-12345678","key":"k-87654321"}', 422, "json."),
    "nothing": (b"", 422, ""),
}


@pytest.mark.parametrize("name", sorted(TOO_MUCH))
def test_bodies_that_are_too_large_too_deep_or_no_json_are_refused_at_once(product: Product, name: str) -> None:
    body, wanted, code = TOO_MUCH[name]
    before, began = product.kept(), time.monotonic()
    status, said = product.send(body)
    assert status in (wanted, 400) and str(said["code"]).startswith(code), said
    assert time.monotonic() - began < 5
    assert product.kept() == before
    assert product.send(product.answer(4))[0] == 200


def test_sy_001_and_sy_003_of_fifty_copies_and_one_altered_one_counts_and_one_conflicts(product: Product) -> None:
    first = product.answer(5, key="many-copies", temperature="36.5")
    sent = [first] * COPIES + [{**first, "temperature": "36.9"}]
    with ThreadPoolExecutor(len(sent)) as crowd:
        given = list(crowd.map(lambda one: retried(product, one), sent))
    kept = [said for status, said in given if status == 200]
    refused = [said["code"] for status, said in given if status != 200]
    assert (len({one["receipt"] for one in kept}), product.kept("many-copies")) == (1, 1)
    # Whichever came first, the copies or the altered one, the others contradict it.
    assert len(refused) in (1, COPIES) and set(refused) == {"key.reused"}


def retried(product: Product, body: dict[str, Any]) -> tuple[int, Any]:
    """Sent again as long as there is no room."""
    status, said = product.send(body)
    while status == 503:
        time.sleep(0.2)
        status, said = product.send(body)
    return status, said


def test_a_batch_with_conflicting_keys_answers_each_in_order(product: Product) -> None:
    first, other = product.answer(6, key="in-a-batch"), product.answer(7, key="in-a-batch")
    status, said = product.send({"items": [first, other, product.answer(8), first]}, "/api/v1/reports/batch")
    assert status == 200
    assert [one["status"] for one in said["results"]] == [200, 409, 200, 200]
    assert said["results"][3]["receipt"] == said["results"][0]["receipt"]
    assert product.kept("in-a-batch") == 1
