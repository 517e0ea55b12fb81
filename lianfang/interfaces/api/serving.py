"""Answering requests (应答): who asks, whether the method is offered, and one way to refuse, with denials on record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.endpoint import NOBODY, Call, Endpoint
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.api.requests import check_forgery, language_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record

DENIALS = frozenset({"scope", "role.ended", "token.scope", "flow.own_request"})
_SHOWN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{1,9}")
View = Callable[..., HttpResponseBase]


def view_of(endpoints: Mapping[str, Endpoint]) -> View:
    """The view of one address, by the methods it offers."""

    @csrf_exempt  # checked below, so that the refusal is one of ours
    def view(request: HttpRequest, **path: str) -> HttpResponseBase:
        with translation.override(language_of(request)):
            answer = _answer(request, endpoints, path)
            answer.headers.setdefault("Content-Language", translation.get_language() or "en")
        answer.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(answer, ("Accept", "Accept-Language", "Authorization", "Cookie"))
        return _without_body(answer) if request.method == "HEAD" else answer

    return view


def _answer(request: HttpRequest, endpoints: Mapping[str, Endpoint], path: Mapping[str, str]) -> HttpResponseBase:
    allowed = {"Allow": ", ".join(sorted([*endpoints, "OPTIONS", *(["HEAD"] if "GET" in endpoints else [])]))}
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=allowed)
    endpoint = endpoints.get("GET" if request.method == "HEAD" else str(request.method))
    if endpoint is None:
        answer = problem_response(request, Refused("http.method", allowed=tuple(endpoints)))
        answer.headers["Allow"] = allowed["Allow"]
        return answer
    return _handled(request, endpoint, path)


def _handled(request: HttpRequest, endpoint: Endpoint, path: Mapping[str, str]) -> HttpResponseBase:
    actor: Actor | None = getattr(request, "actor", None)
    try:
        if actor is None and not endpoint.open:
            raise Refused("login")
        if actor is not None:
            check_forgery(request)
        result = endpoint.handle(Call(request, actor or NOBODY, path))
    except Refused as refused:
        if actor is not None:
            note_denial(actor, endpoint.name, refused, path)
        return problem_response(request, refused)
    return result if isinstance(result, HttpResponseBase) else json_response(result)


def json_response(body: Any, **more: Any) -> JsonResponse:
    """A JSON answer in which Chinese stays readable."""
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False}, **more)


def note_denial(actor: Actor, what: str, refused: Refused, about: Mapping[str, Any]) -> None:
    """Write down that somebody asked for what is not theirs; ids are kept, no text that was given."""
    denied = [problem for problem in refused.problems if problem.code in DENIALS]
    if not denied:
        return
    facts = {"code": denied[0].code, "places": [problem.field for problem in denied][:20]}
    known = {name: value for name, value in about.items() if _SHOWN.fullmatch(str(value))}
    record("access.denied", by=actor, unit=actor.home, subject=what, facts={**facts, **known}, denied=True)


def _without_body(answer: HttpResponseBase) -> HttpResponseBase:
    # Not `answer.close()`: to Django that is the end of the whole request, connections included.
    bare = HttpResponse(status=answer.status_code, headers=dict(answer.headers.items()))
    if isinstance(answer, HttpResponse):
        bare.headers["Content-Length"] = str(len(answer.content))
    elif isinstance(answer, FileResponse) and answer.file_to_stream:
        answer.file_to_stream.close()
    return bare
