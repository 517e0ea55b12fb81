"""Choosing whose eyes to see the demonstration through (演示账号): only in a demonstration, only from this machine."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lianfang.demo import stage
from lianfang.interfaces.web.views.frame import page
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.scope import EVERYTHING, within

LOOPBACK = ("127.0.0.1", "::1", "")


def _check(request: HttpRequest) -> None:
    with within(EVERYTHING):
        if not stage.is_demo() or request.META.get("REMOTE_ADDR", "") not in LOOPBACK:
            raise Http404


def choose(request: HttpRequest) -> HttpResponse:
    """The roles of the demonstration, each one button."""
    _check(request)
    with within(EVERYTHING):
        people: list[Any] = stage.demo_accounts()
    return page(request, "pages/demo.html", {"people": people})


@require_POST
def enter(request: HttpRequest, handle: str) -> HttpResponse:
    """Sign in as one of the demonstration's people; no password exists for them."""
    _check(request)
    with within(EVERYTHING):
        chosen = next((one for one in stage.demo_accounts() if one.handle == handle), None)
    if chosen is None:
        raise Http404
    login(request, Account.objects.get(handle=handle), backend="django.contrib.auth.backends.ModelBackend")
    return redirect(chosen.path)
