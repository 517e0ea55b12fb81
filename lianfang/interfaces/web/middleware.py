"""What surrounds every request (中间件): the drill's clock, who acts, their scope and one transaction, plain errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.web.errors import unavailable
from lianfang.interfaces.web.look import actor_signed_in, look
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.ops import actor_of_token
from lianfang.kernel.faults import fault
from lianfang.kernel.scope import EVERYTHING, within

Handler = Callable[[HttpRequest], HttpResponse]
_FAILED = 500


class PlainErrors:
    """When the database cannot take more (full, restarting), a view says so and when to come back."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 with `Retry-After` for a database that is away or full."""
        return unavailable(request) if isinstance(exception, OperationalError) else None


class CompressedPages(GZipMiddleware):
    """Pages travel compressed; files and what machines read go out as they are."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        page = response.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if page else response


class DrillClock:
    """Shows a drill's time in every request while one is on; what else every request needs is asked with it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(settings.STATIC_URL):
            look(request)
        return self.get_response(request)


class Acting:
    """Finds out who acts, by session or bearer token, and runs the request in their scope and one transaction."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            actor = _actor(request)
        except Refused as refused:
            return problem_response(request, refused)
        request.actor = actor  # type: ignore[attr-defined]
        if actor is None:
            return self.get_response(request)
        with within(actor.scope):
            response = self.get_response(request)
            if response.status_code >= _FAILED:
                transaction.set_rollback(True)
            fault("before_commit")
        fault("after_commit_before_reply")
        return response


def _actor(request: HttpRequest) -> Actor | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        # A machine sends no cookie that somebody could abuse.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        with within(EVERYTHING):
            return actor_of_token(header.removeprefix("Bearer ").strip())
    return actor_signed_in(request)
