"""A refusal as `application/problem+json` (错误应答): code, sentence in the reader's language, and every place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.wording import sentence

_STATUS = {
    "login": 401,
    "token.scope": 403,
    "scope": 404,
    "role.ended": 404,
    "not_found": 404,
    "key.reused": 409,
    "period.closed": 409,
    "flow.condition": 409,
    "version": 409,
    "constraint": 409,
    "report.two_sources": 409,
    "body.too_large": 413,
    "file.too_large": 413,
    "content_type": 415,
    "limit": 429,
    "json.malformed": 400,
    "json.too_deep": 400,
    "encoding": 400,
}
_UNPROCESSABLE = 422


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal: that of its first problem's code."""
    return _STATUS.get(refused.code, _UNPROCESSABLE)


def problem_response(request: HttpRequest, refused: Refused) -> JsonResponse:
    """The whole refusal: `{"code", "title", "errors": [{"field"|"row","column","code","message"}]}`."""
    return JsonResponse(problem_body(refused), status=status_of(refused), content_type="application/problem+json")


def problem_body(refused: Refused) -> dict[str, Any]:
    """The body of the answer, for one refusal."""
    return {
        "code": refused.code,
        "title": sentence(refused.problems[0]),
        "errors": [placed(p) for p in refused.problems],
    }


def placed(problem: Problem) -> dict[str, Any]:
    """One problem with its place: `field`, or `row` and `column`."""
    place = {"row": problem.row, "column": problem.column} if problem.row is not None else {"field": problem.field}
    more = {"suggest": problem.facts["suggest"]} if "suggest" in problem.facts else {}
    return {**place, "code": problem.code, "message": sentence(problem), **more}
