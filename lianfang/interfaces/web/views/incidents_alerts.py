"""Alerts of similar illness (聚集性发病预警): the list, and one alert with verify, assess, grade and outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.incidents.actions import (
    assess_alert,
    grade_alert,
    report_cluster,
    settle_alert,
    verify_alert,
)
from lianfang.capabilities.incidents.duties import VERIFIERS
from lianfang.capabilities.incidents.models import ClusterAlert
from lianfang.capabilities.incidents.models.alerts import ALERT_STATES, OUTCOMES, RULES
from lianfang.capabilities.incidents.register import ClusterAlerts
from lianfang.capabilities.incidents.shipped import grade_words, grid, group_words, risk_words
from lianfang.capabilities.incidents.watching import REPORT
from lianfang.domain.identity import mask_name
from lianfang.domain.incidents.flows import ALERT
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import read_parameters
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks

MOST: Final = 100
CHIPS: Final[Mapping[str, str]] = {
    "open": "bad",
    "verified": "warn",
    "assessed": "warn",
    "graded": "info",
    "closed": "ok",
}
GRADE_CHIPS: Final[Mapping[str, str]] = {"low": "ok", "moderate": "info", "high": "warn", "very_high": "bad"}
GRADES: Final = ("low", "moderate", "high", "very_high")
DEEDS: Final[Mapping[str, Callable[..., Any]]] = {
    "assess": assess_alert,
    "grade": grade_alert,
    "report": report_cluster,
    "settle": settle_alert,
    "verify": verify_alert,
}


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The open alerts first, then the newest settled ones."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not ClusterAlerts.open_to(actor):
        raise Http404
    rows = ClusterAlerts.rows(actor).order_by("-opened_at")
    context = {
        "open": [_listed(one) for one in rows.filter(outcome_at__isnull=True)[:MOST]],
        "done": [_listed(one) for one in rows.filter(outcome_at__isnull=False)[:MOST]],
    }
    return page(request, "pages/incident_alerts.html", {"alerts": context})


def _listed(alert: ClusterAlert) -> dict[str, Any]:
    return {
        "url": f"/alerts/clusters/{alert.pk}",
        "place": str(alert.place or alert.unit),
        "group": group_words(alert.group),
        "cases": alert.cases,
        "since": alert.since,
        "opened_at": alert.opened_at,
        "chip": {"state": CHIPS[alert.state], "word": str(dict(ALERT_STATES)[alert.state])},
        "outcome": str(dict(OUTCOMES).get(alert.outcome, "")),
        "report_due_at": alert.report_due_at,
    }


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """One alert, with what is to be done next."""
    return _shown(request, _alert(request.actor, number))  # type: ignore[attr-defined]


def _alert(actor: Actor, number: UUID) -> ClusterAlert:
    found: ClusterAlert | None = ClusterAlerts.rows(actor).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _shown(
    request: HttpRequest, alert: ClusterAlert, *, posted: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {"alert": _content(actor, alert), "typed": posted or {}, "errors": errors or []}
    return page(request, "pages/incident_alert.html", context, status=422 if errors else 200)


def _content(actor: Actor, alert: ClusterAlert) -> dict[str, Any]:
    may = actor.holds(VERIFIERS, alert.unit)
    policy = policy_of(alert.unit, on=alert.reached_on)
    few = {"same_day": policy.cluster_same_day, "several_days": policy.cluster_several_days}.get(alert.rule, 0)
    return {
        **_listed(alert), "row": alert, "unit": str(alert.unit), "rule": str(dict(RULES)[alert.rule]), "few": few,
        "days": policy.cluster_days if alert.rule == "several_days" else 1,
        "grade": {"state": GRADE_CHIPS[alert.grade], "word": grade_words(alert.grade)} if alert.grade else None,
        "likelihood": risk_words(alert.likelihood), "consequence": risk_words(alert.consequence),
        "moves": set(ALERT.allowed(alert.state)) if may else set(), "steps": _steps(alert),
        "reports": _reports(actor, alert), "members": _members(actor, alert),
        "likelihoods": _choices(grid().likelihoods, alert.likelihood),
        "consequences": _choices(grid().consequences, alert.consequence),
        "grades": [{"value": one, "label": grade_words(one), "chosen": one == alert.grade} for one in GRADES],
        "outcomes": [{"value": code, "label": str(word)} for code, word in OUTCOMES],
        "incident": f"/incidents/{alert.incident_id}" if alert.incident_id else "",
    }  # fmt: skip


def _choices(codes: Any, chosen: str) -> list[dict[str, Any]]:
    return [{"value": one, "label": risk_words(one), "chosen": one == chosen} for one in codes]


def _steps(alert: ClusterAlert) -> list[dict[str, Any]]:
    """The way of an alert with the time of each stop."""
    times = [
        (_("Found"), alert.opened_at), (_("Verified"), alert.verified_at), (_("Assessed"), alert.assessed_at),
        (_("Graded"), alert.graded_at), (_("Outcome"), alert.outcome_at),
    ]  # fmt: skip
    return [{"title": str(title), "at": at} for title, at in times]


def _reports(actor: Actor, alert: ClusterAlert) -> list[dict[str, Any]]:
    """The statutory reports that are owed, with their clock."""
    at = clock.now()
    return [
        {
            "key": str(one.pk), "text": str(one), "unit": str(one.unit), "due": one.due_at, "at": one.settled_at,
            "by": one.settled_by, "late": bool(one.due_at and (one.settled_at or at) > one.due_at),
            "may": one.settled_at is None and not one.excused and actor.holds(VERIFIERS, one.unit),
        }
        for one in tasks.of(alert, REPORT).select_related("unit")
    ]  # fmt: skip


def _members(actor: Actor, alert: ClusterAlert) -> list[dict[str, Any]]:
    """Who belongs to it, masked, where the reader's role sees people; row-level security stands behind it."""
    rows = list(alert.members.order_by("first_day", "pk"))
    names = dict(Person.objects.filter(pk__in=[one.person_id for one in rows]).values_list("pk", "name"))
    return [
        {"url": f"/people/{one.person_id}", "name": mask_name(names[one.person_id]), "since": one.first_day}
        for one in rows
        if one.person_id in names
    ]


@require_POST
@signed_in
def do(request: HttpRequest, number: UUID, deed: str) -> HttpResponse:
    """One act on an alert; refused, the page comes back with the reason and what was typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    alert = _alert(actor, number)
    function = DEEDS.get(deed)
    if function is None:
        raise Http404
    try:
        _call(function, actor, alert, request)
    except Refused as refused:
        return _shown(request, _alert(actor, number), posted=request.POST, errors=errors_of(refused))
    return redirect(f"/alerts/clusters/{number}")


def _call(function: Callable[..., Any], actor: Actor, alert: ClusterAlert, request: HttpRequest) -> None:
    declared = function.action  # type: ignore[attr-defined]
    names = {one.name for one in declared.parameters}
    raw = {name: str(value) for name, value in request.POST.items() if name in names and str(value).strip()}
    if "alert" in names:
        raw["alert"] = str(alert.pk)
    given = read_parameters(declared, actor, raw, channel="form")
    if "task" in given and given["task"].subject != f"{ClusterAlert._meta.label_lower}:{alert.pk}":
        raise Refused("scope", "task")
    function(actor, **given)
