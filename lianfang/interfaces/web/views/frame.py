"""What all views share (视图共用): who is signed in, which unit, which day, how a refusal comes back to the form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.web.errors import unreadable
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.addressing import unit_named
from lianfang.kernel.audit.ops import record
from lianfang.kernel.orgs.models import Unit

View = Callable[..., HttpResponse]
_OUT_OF_SCOPE = ("scope", "role.ended", "not_found")


def signed_in(view: View) -> View:
    """Only for somebody who is signed in; others sign in first and come back to where they were."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor is None:  # type: ignore[attr-defined]
            return HttpResponseRedirect("/sign-in?" + urlencode({"next": request.get_full_path()}))
        if "\x00" in "".join(value for values in request.GET.lists() for value in values[1]):
            raise Http404  # no unit, item or search is called so, and the database would not take it
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refusal_page(request, refused)
        except (DataError, ValueError) as error:
            if "NUL" not in str(error):
                raise
            return refusal_page(request, Refused("text.control_character"))  # the database holds no such text

    return guarded


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal that no form took up: not there (or not yours), or said above the page one came from.

    What stands in the address itself and cannot be read is said there, as 422: no page one came from could mend it.
    """
    if refused.code in _OUT_OF_SCOPE:
        record("access.denied", by=request.actor, unit=None, subject=request.path, facts={}, denied=True)  # type: ignore[attr-defined]
        raise Http404
    if request.method in ("GET", "HEAD") and {p.field for p in refused.problems} <= set(request.GET):
        return unreadable(request, [sentence(problem) for problem in refused.problems])
    for problem in refused.problems:
        messages.error(request, sentence(problem))
    return redirect(request.headers.get("Referer") or "/today")


def page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A whole page; figures are never kept by caches."""
    response = render(request, template, {"now": clock.now(), **context}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def unit_of(actor: Actor, code: str) -> Unit:
    """The unit in the address, if the actor may see it."""
    return unit_named(actor, code)


def day_of(request: HttpRequest, unit: Unit) -> date:
    """The day in the address, or the unit's today."""
    given = request.GET.get("day") or request.POST.get("day")
    return parse_day(given, "day", []) if given else clock.today(unit.zone)


def past_day_of(request: HttpRequest, unit: Unit) -> date:
    """The day in the address, or the unit's today; refused with `date.in_future` where it is still to come."""
    day = day_of(request, unit)
    if day > clock.today(unit.zone):
        raise Refused("date.in_future", "day")
    return day


def chosen_of(request: HttpRequest, name: str, label: str, offered: Mapping[str, str], usual: str) -> str:
    """The choice in the address, by its code among those offered with their words, or the usual one.

    Refused `choice.unknown` for any other: what somebody asked for is never passed over.
    """
    given = request.GET.get(name, "")
    if given and given not in offered:
        words = [*dict.fromkeys(offered.values())]
        raise Refused(Problem("choice.unknown", name, column=label, facts={"choices": words}))
    return given or usual


def span_of(request: HttpRequest, since: date, until: date) -> tuple[date, date]:
    """The days `from` and `to` in the address, or the usual ones; refused `date.order` where they are reversed."""
    last = _day_named(request, "to", _("To"), until)
    first = _day_named(request, "from", _("From"), min(since, last))
    if last < first:
        facts = {"reason": "same_day", "earlier": first.isoformat()}
        raise Refused(Problem("date.order", "to" if "to" in request.GET else "from", column=_("To"), facts=facts))
    return first, last


def _day_named(request: HttpRequest, name: str, label: str, usual: date) -> date:
    given = request.GET.get(name, "")
    try:
        return parse_day(given, name, []) if given else usual
    except Refused as refused:
        raise Refused(replace(one, column=label) for one in refused.problems) from None


def errors_of(
    refused: Refused, ids: Mapping[str, str] | None = None, ways: Mapping[str, tuple[str, str]] | None = None
) -> list[dict[str, Any]]:
    """What the summary above a form lists: each problem as a link to its field.

    `ways` gives, for the codes that ask for something else first, what that is and the address where it is done.
    """
    known, first = ids or {}, ways or {}
    return [
        {
            "href": f"#f-{known.get(p.field, p.field)}", "message": sentence(p),
            "way": {"label": first[p.code][0], "url": first[p.code][1]} if p.code in first else None,
        }
        for p in refused.problems
    ]  # fmt: skip


def said_of(refused: Refused, field: str) -> list[str]:
    """The sentences that belong to one field."""
    return [sentence(p) for p in refused.problems if p.field == field]


def place(problem: Problem) -> str:
    """The field of a problem."""
    return problem.field


def told(request: HttpRequest, text: str) -> None:
    """A message on the next page."""
    messages.success(request, text)


def wants_json(request: HttpRequest) -> bool:
    """Whether the outbox is asking, not a person."""
    return "application/json" in request.headers.get("Accept", "")


def check_sender(request: HttpRequest) -> None:
    """An entry kept on a shared device is sent in the name of whoever made it, or not at all (`account`)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.headers.get("X-Lianfang-Account", str(actor.account_id)) != str(actor.account_id):
        raise Refused("account")


def body_of(request: HttpRequest) -> dict[str, Any]:
    """A JSON body as a mapping; anything else is empty."""
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
