"""A refusal as `application/problem+json` (错误应答): code, sentence in the reader's language, and every place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import translation

from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.interfaces.api.requests import language_of
from lianfang.interfaces.wording import note_sentence, sentence

MOST_ERRORS = 1_000  # that one answer carries
_STATUS = {
    "login": 401,
    "session": 403,
    "token.scope": 403,
    "scope": 404,
    "role.ended": 404,
    "not_found": 404,
    "http.method": 405,
    "key.reused": 409,
    "period.closed": 409,
    "flow.condition": 409,
    "version": 409,
    "constraint": 409,
    "report.two_sources": 409,
    "body.too_large": 413,
    "file.too_large": 413,
    "limit": 413,
    "content_type": 415,
    "rate": 429,
    "quota": 429,
    "http.framing": 400,
    "json.malformed": 400,
    "json.too_deep": 400,
    "encoding": 400,
}
_UNPROCESSABLE = 422
_UNKNOWN_SENDER = 401


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal: that of its first problem's code."""
    return _STATUS.get(refused.code, _UNPROCESSABLE)


def problem_response(request: HttpRequest, refused: Refused) -> JsonResponse:
    """The whole refusal: `{"status", "code", "title", "errors": [{"field"|"row","column","code","message"}]}`."""
    status = status_of(refused)
    with translation.override(language_of(request)):
        body = problem_body(refused)
    answer = JsonResponse(
        body, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False}
    )
    answer.headers["Cache-Control"] = "no-store"
    if status == _UNKNOWN_SENDER:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="lianfang"'
    return answer


def problem_body(refused: Refused) -> dict[str, Any]:
    """The body of the answer, for one refusal."""
    return {
        "status": status_of(refused),
        "code": refused.code,
        "title": sentence(refused.problems[0]),
        "errors": [placed(p) for p in refused.problems[:MOST_ERRORS]],
    }


def placed(problem: Problem) -> dict[str, Any]:
    """One problem with its place: `field`, or `row` and `column`."""
    place = {"row": problem.row, "column": problem.column} if problem.row is not None else {"field": problem.field}
    more = {"suggest": problem.facts["suggest"]} if "suggest" in problem.facts else {}
    return {**place, "code": problem.code, "message": sentence(problem), **more}


def with_messages(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt whose notes also say, in the reader's language, what was understood or should be looked at."""
    return {**receipt, "notes": [{**note, "message": note_sentence(noted(note))} for note in receipt.get("notes", [])]}


def noted(kept: Mapping[str, Any]) -> Note:
    """The note that a receipt or an import keeps: its members, and its facts beside them or among `facts`."""
    facts = {name: value for name, value in kept.items() if name not in ("code", "field", "kept", "warning", "facts")}
    facts |= kept.get("facts") or {}
    return Note(kept["code"], kept.get("field", ""), kept.get("kept"), bool(kept.get("warning")), facts)
