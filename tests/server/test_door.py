"""The door (大门): slow, huge, broken and departing clients do not keep the others from an answer."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from lianfang.interfaces.server import programs
from lianfang.interfaces.server.house import WIDTHS
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.reach import answers, free_port
from tests.server.conftest import REPOSITORY, until
from tests.server.site import PIECE, PIECES

MIB = 1024 * 1024
CROWD = 300
LITTLE_SECONDS = 3.0
JSON = "application/json"
UPLOAD = "multipart/form-data; boundary=b"


@dataclass(frozen=True, slots=True)
class Site:
    """The sample site under granian, as the product is run."""

    port: int

    def ask(
        self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(
                method, path, body=body or None, headers={n.replace("_", "-"): v for n, v in headers.items()}
            )
            given = connection.getresponse()
            return given.status, given.read(), {name.lower(): value for name, value in given.getheaders()}
        finally:
            connection.close()

    def raw(self, text: bytes) -> bytes:
        """Everything that comes back for these bytes."""
        with self.open(text) as connection:
            return b"".join(iter(lambda: connection.recv(MIB), b""))

    def open(self, text: bytes) -> socket.socket:
        """A connection on which these bytes have been sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=15)
        connection.sendall(text)
        return connection

    def seen(self, path: str, **more: Any) -> dict[str, Any]:
        """What the application behind the door saw of a request."""
        found: dict[str, Any] = json.loads(self.ask(path, **more)[1])
        return found


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    port = free_port("127.0.0.1", 0)
    program = programs.web("127.0.0.1", port, target="tests.server.site:build")
    process = subprocess.Popen(
        leashed(program.argv, at_death=program.at_supervisor_death), cwd=REPOSITORY, stderr=subprocess.DEVNULL
    )
    assert until(lambda: answers("127.0.0.1", port))
    yield Site(port)
    process.terminate()
    process.wait(10)


def test_a_request_arrives_whole(site: Site) -> None:
    seen = site.seen("/a?b=%20c", method="POST", body=b"x" * MIB, content_type=JSON)
    assert (seen["REQUEST_METHOD"], seen["PATH_INFO"], seen["QUERY_STRING"]) == ("POST", "/a", "b=%20c")
    assert (seen["length"], seen["CONTENT_LENGTH"], seen["CONTENT_TYPE"]) == (MIB, str(MIB), JSON)


def test_a_body_sent_in_chunks_is_read_with_its_length(site: Site) -> None:
    head = b"POST /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    given = site.raw(head + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
    seen = json.loads(given.partition(b"\r\n\r\n")[2])
    assert (seen["length"], seen["CONTENT_LENGTH"], seen["begins"]) == (11, "11", "hello world")


def test_crowds_of_slow_senders_do_not_silence_the_site(site: Site) -> None:
    with ExitStack() as crowd:
        for number in range(CROWD):
            slow_body = b"POST /api HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{"
            crowd.enter_context(site.open(slow_body))
            crowd.enter_context(site.open(b"GET /slow HTTP/1.1\r\nHost: h\r\nX-Number: %d" % number))
        for path in ("/healthz", "/page", "/healthz", "/page"):
            began = time.monotonic()
            assert site.ask(path)[0] == 200
            assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("path", ["/api/v1/reports", "/anything"])
def test_a_body_of_twenty_mebibytes_is_too_large_but_an_upload_is_not(site: Site, path: str) -> None:
    status, body, headers = site.ask(path, method="POST", body=b"x" * (20 * MIB), content_type=JSON)
    assert (status, json.loads(body)["code"], headers["content-type"]) == (
        413,
        "body.too_large",
        "application/problem+json",
    )
    assert "at most" in json.loads(body)["title"]
    assert site.seen(path, method="POST", body=b"x" * (20 * MIB), content_type=UPLOAD)["length"] == 20 * MIB
    assert site.ask(path, method="POST", body=b"x" * (22 * MIB), content_type=UPLOAD)[0] == 413


def test_a_body_declared_to_be_huge_is_refused_before_it_is_sent(site: Site) -> None:
    given = site.raw(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\n")
    assert given.startswith(b"HTTP/1.1 413 ")


def test_a_body_cut_short_is_told_so_and_never_reaches_the_application(site: Site) -> None:
    with site.open(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n{") as connection:
        connection.shutdown(socket.SHUT_WR)
        given = connection.recv(MIB)
    assert given.startswith(b"HTTP/1.1 400 ")
    assert b"http.framing" in given


def test_two_lengths_are_refused(site: Site) -> None:
    given = site.raw(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")
    assert given.startswith(b"HTTP/1.1 400 ")


def test_a_header_of_a_mebibyte_is_refused(site: Site) -> None:
    with site.open(b"GET /a HTTP/1.1\r\nHost: h\r\nX-A: ") as connection:
        try:
            connection.sendall(b"a" * MIB + b"\r\n\r\n")
            given = connection.recv(MIB)
        except ConnectionError:
            given = b""  # closed while we were still sending
    assert given.startswith(b"HTTP/1.1 431 ") or given == b""
    assert site.ask("/healthz")[0] == 200


def test_a_line_break_in_a_header_we_send_is_an_error_and_not_a_second_header(site: Site) -> None:
    status, body, headers = site.ask("/broken-header")
    assert (status, json.loads(body)["code"]) == (500, "failed")
    assert "set-cookie" not in headers
    assert "content-disposition" not in headers


def test_an_error_of_the_application_shows_no_detail(site: Site) -> None:
    status, body, headers = site.ask("/fails")
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert b"secret" not in body


def test_a_header_cannot_pose_as_another_and_cookies_are_one(site: Site) -> None:
    lines = b"X_Real_IP: 1.2.3.4\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n"
    seen = json.loads(site.raw(b"GET /a HTTP/1.1\r\nHost: h\r\n" + lines).partition(b"\r\n\r\n")[2])
    assert "HTTP_X_REAL_IP" not in seen
    assert seen["HTTP_COOKIE"] == "a=1; b=2"


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a%FFb", "/a\xffb", ""),
        ("/你?x=你".encode(), "/ä½\xa0", "x=%E4%BD%A0"),
        (b"/a%0d%0ab?c=%0d", "/a\r\nb", "c=%0d"),
    ],
)
def test_odd_addresses_reach_the_application_as_bytes(site: Site, target: bytes, path: str, query: str) -> None:
    given = site.raw(b"GET " + target + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    seen = json.loads(given.partition(b"\r\n\r\n")[2])
    assert (seen["PATH_INFO"], seen["QUERY_STRING"]) == (path, query)


def test_a_long_download_arrives_whole(site: Site) -> None:
    assert site.ask("/long")[1] == PIECE * PIECES


def test_a_download_that_fails_in_the_middle_is_not_taken_for_complete(site: Site) -> None:
    with pytest.raises(http.client.IncompleteRead):
        site.ask("/breaks-off")


def test_clients_that_leave_or_do_not_read_hold_nobody_up(site: Site) -> None:
    request = b"GET /long HTTP/1.1\r\nHost: h\r\n\r\n"
    with ExitStack() as crowd:
        for _ in range(8 * programs.MOST_WORKERS):
            site.open(request).close()
        for _ in range(6):
            crowd.enter_context(site.open(request))
        began = time.monotonic()
        # Those who left may still stand in the line for a moment, which then says so and asks to come again.
        while (status := site.ask("/page")[0]) == 503 and time.monotonic() - began < LITTLE_SECONDS:
            pass
        assert status == 200
        assert site.ask("/healthz")[0] == 200
        assert time.monotonic() - began < LITTLE_SECONDS


def test_a_full_house_asks_to_come_back_but_still_answers_the_probe(site: Site) -> None:
    places = WIDTHS["wide"].places * programs.MOST_WORKERS
    with ThreadPoolExecutor(places * 2) as people:
        calls = [people.submit(site.ask, "/waits") for _ in range(places * 2)]
        refused = [call.result() for call in calls if call.result()[0] == 503]
        assert site.ask("/healthz")[0] == 200
    assert refused
    _status, body, headers = refused[0]
    assert 5 <= int(headers["retry-after"]) <= 30
    assert len(body) < 200
