"""What is kept in groups is told to its sender as the ordinary way tells it (高峰通道与普通通道应答一致)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.db import connections

from lianfang.domain.roles import Role
from lianfang.interfaces.server.door import Door, _hot_addresses
from lianfang.interfaces.server.gateway import WsgiApp
from lianfang.interfaces.server.hot import Hot
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Token
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.audit.models import Event
from lianfang.kernel.reporting.models import Answer, Receipt
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

FRAME = (b"host", b"localhost"), (b"content-type", b"application/json"), (b"accept-language", b"en")
SET_BY_BOTH = ("content-type", "cache-control", "x-content-type-options", "x-frame-options", "referrer-policy")


@pytest.fixture
def door():
    from lianfang.wsgi import application

    hot = {address: closing(one) for address, one in _hot_addresses().items()}
    return Door(counted(application), hot=hot)


def counted(application: WsgiApp) -> WsgiApp:
    """The application behind the door, noting how often it was asked, and leaving no connection open."""

    def asked(environ: Any, start_response: Any) -> Any:
        ORDINARY.append(environ["PATH_INFO"])
        try:
            return list(application(environ, start_response))
        finally:
            connections.close_all()

    return asked


def closing(hot: Hot) -> Hot:
    """The hot address, its thread's connection closed after each group, so that the database can be dropped."""
    work = hot.group._work

    def worked(group: Any) -> Any:
        try:
            return work(group)
        finally:
            connections.close_all()

    hot.group._work = worked
    return hot


ORDINARY: list[str] = []


@pytest.fixture
def sender():
    """A class of three, and the token of its gateway."""
    ORDINARY.clear()
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    pupils = make.members(klass, 3)
    head = make.account(klass, Role.CLASS_HEAD)
    with within(EVERYTHING):
        secret = new_token(Account.objects.get(pk=head.pk))[1]
    return klass, pupils, secret


def sent(door: Door, body: Any, secret: str, *, path: str = "/api/v1/reports", query: bytes = b"", more: tuple = ()):
    """Status, headers and body of one answer."""
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if messages:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body if isinstance(body, bytes) else json.dumps(body).encode()}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    headers = [*FRAME, (b"authorization", f"Bearer {secret}".encode()), *more]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": query,
        "headers": headers, "http_version": "1.1", "scheme": "http", "server": ("localhost", 80),
        "client": ("127.0.0.1", 9), "root_path": "",
    }  # fmt: skip
    asyncio.run(door(scope, receive, send))
    start = next(m for m in messages if m["type"] == "http.response.start")
    told = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
    return start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, json.loads(told)


def answer(pupil, klass, **more):
    return {**make.answer(pupil, klass), "day": str(clock.today(klass.zone)), **more}


def test_a_plain_answer_is_kept_without_the_application_and_told_as_the_ordinary_way_tells_it(door, sender):
    klass, (one, other, _), secret = sender
    status, headers, told = sent(door, answer(one, klass), secret)
    assert (status, ORDINARY) == (200, [])
    plain_status, plain_headers, plain = sent(door, answer(other, klass), secret, query=b"lang=en")
    assert (plain_status, ORDINARY) == (200, ["/api/v1/reports"])
    assert told.keys() == plain.keys()
    by_lower = {name.lower(): value for name, value in plain_headers.items()}
    assert {n: headers[n] for n in SET_BY_BOTH} == {n: by_lower[n] for n in SET_BY_BOTH}
    with within(EVERYTHING):
        assert Answer.objects.count() == Receipt.objects.filter(kind="answer").count() == 2
        assert Event.objects.filter(kind="answer.recorded").count() == 2


def test_the_same_key_gets_the_same_receipt_and_other_content_is_a_conflict(door, sender):
    klass, (one, *_), secret = sender
    first = answer(one, klass)
    told = sent(door, first, secret)[2]
    assert sent(door, first, secret)[2] == told
    status, _, problem = sent(door, {**first, "temperature": "36.9"}, secret)
    assert (status, problem["code"]) == (409, "key.reused")
    assert sent(door, first, secret)[2] == told


def test_a_token_that_is_withdrawn_counts_for_nothing_from_the_next_request_on(door, sender):
    klass, (one, other, _), secret = sender
    assert sent(door, answer(one, klass), secret)[0] == 200
    with within(EVERYTHING):
        Token.objects.update(revoked_at=clock.now())
    assert sent(door, answer(other, klass), secret)[0] == 401
    with within(EVERYTHING):
        assert Answer.objects.count() == 1


def test_refusals_come_from_the_ordinary_way_with_field_and_reason(door, sender):
    klass, (one, *_), secret = sender
    status, _, problem = sent(door, answer(one, klass, temperature="365"), secret)
    assert (status, problem["errors"][0]["field"]) == (422, "temperature")
    assert sent(door, answer(one, klass, unit="ELSEWHERE"), secret)[0] == 404
    assert sent(door, b"{", secret)[0] == 400
    assert sent(door, answer(one, klass), "lf_unknown")[0] == 401
    with within(EVERYTHING):
        assert not Answer.objects.exists()
        assert Event.objects.filter(denied=True).exists()


def test_a_class_check_is_kept_in_a_group_and_counts_everybody(door, sender):
    klass, (one, *_), secret = sender
    day = str(clock.today(klass.zone))
    check = {
        "key": "check-0001", "unit": klass.code, "day": day, "slot": "am", "everyone_else": "well",
        "exceptions": [{"person": str(one.pk), "state": "unwell", "temperature": "38.1"}],
    }  # fmt: skip
    status, _, told = sent(door, check, secret, path="/api/v1/roll-calls")
    assert (status, told["state"], ORDINARY) == (200, "received", [])
    assert sent(door, check, secret, path="/api/v1/roll-calls")[2] == told
    with within(EVERYTHING):
        waiting = Event.objects.get(kind="class.checked")
        assert waiting.handled_at is None
        assert Answer.objects.get().fever
