"""Signing in and out, the first account's one-time link, language (登录、首次启动、语言)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.interfaces.titles import listed
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.kernel.accounts import ops
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import ROLE_NAMES
from lianfang.kernel.scope import EVERYTHING, within

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def words_of(actor: Actor) -> str:
    """An actor's duties in words."""
    if not actor.posts:
        return str(_("member"))
    return listed(dict.fromkeys(str(ROLE_NAMES[post.role]) for post in actor.posts))


def home(request: HttpRequest) -> HttpResponse:
    """The first address: my day, or signing in."""
    return redirect("/today")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with account and password; wrong account and wrong password answer alike."""
    after = request.POST.get("next") or request.GET.get("next") or ""
    problem = ""
    if request.method == "POST":
        account = authenticate(
            request, username=request.POST.get("username", ""), password=request.POST.get("password", "")
        )
        if account is not None:
            login(request, account)
            return redirect(after if _is_ours(request, after) else "/today")
        problem = _("Account and password do not fit. Please try again.")
    form = {
        "action": "/sign-in",
        "next": after,
        "username": request.POST.get("username", ""),
        "problem": problem,
        "expired": bool(after) and request.method == "GET" and after != "/today",
        "help": None,
        "demo": [],
    }
    return page(request, "pages/sign_in.html", {"sign_in": form}, status=401 if problem else 200)


def _is_ours(request: HttpRequest, address: str) -> bool:
    return bool(address) and url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("/sign-in")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a password by a one-time link and sign in."""
    with within(EVERYTHING):
        account = ops.invited(secret)
    if account is None:
        return page(request, "pages/error.html", {"error": _gone()}, status=404)
    errors: list[str] = []
    if request.method == "POST":
        errors = _accepted(request, secret)
        if not errors:
            return redirect("/today")
    return page(
        request, "pages/first_account.html", _first_form(request, account.handle, errors), status=422 if errors else 200
    )


def _accepted(request: HttpRequest, secret: str) -> list[str]:
    password = request.POST.get("password", "")
    if password != request.POST.get("again", ""):
        return [_("The two passwords differ.")]
    try:
        with within(EVERYTHING):
            account = ops.accept(secret, password)
    except ValidationError as error:
        return [_weak(one) for one in error.error_list]
    login(request, account, backend=_BACKEND)
    return []


def _weak(error: ValidationError) -> str:
    """Why a password will not do. Django's own sentence on the length is in no Chinese catalogue of it."""
    if error.code == "password_too_short":
        return str(_("The password needs at least {n} characters.")).format(n=(error.params or {}).get("min_length"))
    return str(error.messages[0])


def _first_form(request: HttpRequest, handle: str, errors: list[str]) -> dict[str, Any]:
    plain = {"hint": "", "required": True, "unit": "", "choices": [], "short": False, "accept": "", "errors": []}
    fields = [
        {**plain, "name": "handle", "label": _("Account"), "kind": "fact", "value": handle, "autocomplete": "username"},
        {
            **plain,
            "name": "password",
            "label": _("New password"),
            "kind": "password",
            "value": "",
            "autocomplete": "new-password",
            "hint": _("At least 10 characters; a sentence is good."),
            "errors": errors,
        },
        {
            **plain,
            "name": "again",
            "label": _("The same once more"),
            "kind": "password",
            "value": "",
            "autocomplete": "new-password",
        },
    ]
    summary = [{"href": "#f-password", "message": text} for text in errors]
    return {
        "first": {"action": request.path, "fields": fields, "verb": _("Set password and sign in")},
        "errors": summary,
    }


def _gone() -> dict[str, Any]:
    return {
        "status": 404,
        "safe": None,
        "reference": "",
        "retry_url": "",
        "home_url": "/sign-in",
        "duty": "",
        "holders": [],
        "seconds": 0,
    }


@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """What I am here, and what is kept about me."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    facts = [{"label": _("Name"), "value": actor.name, "masked": False, "reveal_url": ""}]
    facts += [
        {"label": str(ROLE_NAMES[p.role]), "value": str(p.unit), "masked": False, "reveal_url": ""} for p in actor.posts
    ]
    links = (
        [
            {
                "label": _("My answers"),
                "url": "/check-in/records",
                "primary": False,
                "danger": False,
                "key": "",
                "icon": "history",
                "dialog": False,
            }
        ]
        if actor.person_id
        else []
    )
    detail = {
        "title": actor.name,
        "sub": words_of(actor),
        "chips": [],
        "facts": facts,
        "sections": [],
        "timeline": [],
        "actions": links,
        "people": [],
        "back": {"label": _("My day"), "url": "/today"},
    }
    return page(request, "pages/detail.html", {"detail": detail})
