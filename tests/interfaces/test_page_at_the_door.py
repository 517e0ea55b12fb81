"""What the door says to a person (门口页面): a page in their language, and to a program what it always said."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lianfang.interfaces.server import answers
from lianfang.interfaces.server.door import Door
from lianfang.interfaces.server.intake import Limits
from lianfang.interfaces.web.errors import page_at_the_door

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def asked(path: str, **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": path, "query_string": b"what=people", "headers": pairs}


def answered(scope: dict[str, Any], size: int) -> tuple[int, dict[bytes, bytes], str]:
    """Status, headers and body of what the door answers to a body of `size` bytes."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"x" * size, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    door = Door(lambda _environ, _start: [], limits=Limits(body=100, upload=100), page_of=page_at_the_door)
    asyncio.run(door(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"].decode()


@pytest.mark.parametrize(
    ("headers", "lang", "words"),
    [
        ({"accept_language": "en"}, "en", "This is too large"),
        ({"accept_language": "zh-CN"}, "zh-Hans", ""),
        ({"accept_language": "zh-CN", "cookie": "a=b; django_language=en"}, "en", "This is too large"),
    ],
)
def test_a_file_that_is_too_large_is_answered_with_a_page(headers: dict[str, str], lang: str, words: str):
    status, kinds, body = answered(asked("/import", accept=BROWSER, **headers), 200)
    assert (status, kinds[b"content-type"]) == (413, b"text/html; charset=utf-8")
    assert f'<html lang="{lang}">' in body and 'href="/import?what=people"' in body
    assert words in body
    assert int(kinds[b"content-length"]) == len(body.encode())


@pytest.mark.parametrize(
    ("path", "accept"), [("/api/v1/reports", BROWSER), ("/check-in", "application/json"), ("/import", "")]
)
def test_a_program_gets_the_problem_as_before(path: str, accept: str):
    status, kinds, body = answered(asked(path, accept=accept), 200)
    assert (status, kinds[b"content-type"]) == (413, b"application/problem+json")
    assert '"body.too_large"' in body


@pytest.mark.parametrize("problem", [answers.TOO_SLOW, answers.CUT_SHORT, answers.BUSY, answers.FAILED])
def test_every_refusal_of_the_door_has_a_page(problem: answers.Problem):
    page = page_at_the_door(asked("/import", accept=BROWSER, accept_language="en"), problem)
    assert page is not None and b"<h1>" in page
