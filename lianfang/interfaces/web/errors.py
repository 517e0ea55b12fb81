"""Pages for what went wrong (错误页): what failed, whether your entry is safe, and a reference to read out."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, parse_cookie
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from lianfang.domain.refusals import Problem
from lianfang.interfaces.server.answers import Problem as DoorProblem
from lianfang.interfaces.wording import sentence

RETRY_SECONDS = 30
UNAVAILABLE = 503
UNREADABLE = 422
log = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not there, or not yours: the same answer."""
    return _answer(request, 404, "not_found", "")


def failed(request: HttpRequest) -> HttpResponse:
    """Something broke on our side; the reference finds it in the log. For a database that is away, when to return."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    reference = secrets.token_hex(2).upper()
    log.error("request failed, reference %s, path %s", reference, request.path)
    return _answer(request, 500, "failed", reference)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with `Retry-After`: the database is restarting or full; what was typed is kept by whoever sent it."""
    response = _answer(request, UNAVAILABLE, "unavailable", "")
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def unreadable(request: HttpRequest, said: Sequence[str]) -> HttpResponse:
    """422: what the address asks for cannot be (a day that is none), in sentences, with the way to the page itself."""
    return _answer(request, UNREADABLE, "unreadable", "", said)


def page_at_the_door(scope: Mapping[str, Any], problem: DoorProblem) -> bytes | None:
    """What a browser is shown when the door refuses a request before any view sees it; None for programs."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"].startswith("/api/") or "text/html" not in headers.get("accept", ""):
        return None
    request = HttpRequest()
    request.path = request.path_info = scope["path"]
    request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get("accept-language", "")
    request.COOKIES = parse_cookie(headers.get("cookie", ""))
    query = scope.get("query_string", b"").decode("latin-1")
    refused = {"status": problem.status, "back_url": scope["path"] + (f"?{query}" if query else "")}
    with translation.override(translation.get_language_from_request(request)):
        return render_to_string("pages/refused.html", {"refused": refused, "product": _("Lianfang")}).encode()


def _answer(request: HttpRequest, status: int, code: str, reference: str, said: Sequence[str] = ()) -> HttpResponse:
    if request.path.startswith("/api/"):
        title = sentence(Problem(code))
        errors = [{"field": "", "code": code, "message": title}]
        body = {"status": status, "code": code, "title": title, "errors": errors, "reference": reference}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    safe = False if request.method == "POST" else None
    error: dict[str, Any] = {
        "status": status, "safe": safe, "reference": reference, "said": said,
        "retry_url": request.path if request.method == "GET" else "",
        "home_url": "/today", "duty": "", "holders": [],
        "seconds": RETRY_SECONDS if status == UNAVAILABLE else 0,
    }  # fmt: skip
    return render(request, "pages/error.html", {"error": error}, status=status)
