"""How incidents, alerts of similar illness, codes, runbooks and patrols are listed (突发情况台账)."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianfang.capabilities.incidents import correcting  # noqa: F401  facts behind the status of a code
from lianfang.capabilities.incidents.actions import (
    accept_referral,
    answer_call,
    assess_alert,
    brief,
    check_point,
    close_incident,
    complete_step,
    correct_stop,
    dismiss_incident,
    explain_delay,
    grade_alert,
    open_code_event,
    open_incident,
    order_disinfection,
    plan_patrol,
    publish_runbook,
    record_home_check,
    record_test,
    refer,
    reply,
    report_cluster,
    settle_alert,
    stop_clock,
    verify_alert,
    write_log,
)
from lianfang.capabilities.incidents.duties import RESPONDERS
from lianfang.capabilities.incidents.models import (
    ClusterAlert,
    CodeEvent,
    Incident,
    Patrol,
    PatrolCheck,
    Referral,
    RunbookEdition,
)
from lianfang.capabilities.incidents.models.alerts import ALERT_STATES
from lianfang.capabilities.incidents.models.incident import STATES
from lianfang.capabilities.incidents.shipped import grade_words, group_words, kind_words, kinds
from lianfang.domain.identity import mask_name
from lianfang.domain.roles import EVERYONE, SIGHTS, Role
from lianfang.kernel.registers.register import Column, Filter, Register, column, equals, on_day, under_unit

HEALTH = tuple(role for role in Role if SIGHTS[role].people and SIGHTS[role].health)
"""Who sees whom a code event is about."""


class Incidents(Register):
    name = "incidents"
    title = _("Incidents")
    model = Incident
    related = ("unit", "place")
    order = ("-detected_at", "-id")
    roles = (*RESPONDERS, Role.AUDITOR)
    search = ("where",)
    columns = [
        column(Incident, "unit"),
        Column("kind", _("kind"), lambda row: kind_words(row.kind)),
        Column("where", _("where"), lambda row: row.where_words),
        column(Incident, "state", kind="choice"),
        column(Incident, "severity", priority=3),
        column(Incident, "detected_at"),
        Column("handled_seconds", _("handled after, seconds"), lambda row: row.handled_seconds, "amount", 2),
        Column("reported_seconds", _("reported after, seconds"), lambda row: row.reported_seconds, "amount", 2),
        column(Incident, "cause", priority=3),
        column(Incident, "closed_at", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("state", _("state"), tuple(STATES)),
        Filter("kind", _("kind"), lambda value: Q(kind=value), tuple((one.code, one) for one in kinds().values())),
        on_day("day", _("day"), "detected_at__date"),
    ]
    actions = [
        open_incident, stop_clock, correct_stop, complete_step, write_log, reply, brief, answer_call, explain_delay,
        close_incident, dismiss_incident, order_disinfection, refer,
    ]  # fmt: skip

    @staticmethod
    def address(row: Incident) -> str:
        """The page of an incident."""
        return f"/incidents/{row.pk}"


class Referrals(Register):
    name = "referrals"
    title = _("Referrals")
    model = Referral
    related = ("unit", "incident")
    order = ("-handed_over_at", "-id")
    roles = (*RESPONDERS, Role.AUDITOR)
    columns = [
        column(Referral, "unit"),
        Column("incident", _("incident"), lambda row: str(row.incident)),
        column(Referral, "provider"),
        column(Referral, "transport"),
        column(Referral, "handed_over_at"),
        column(Referral, "handed_over_by", priority=3),
        column(Referral, "accepted_at"),
        column(Referral, "accepted_by", priority=2),
    ]
    filters = [under_unit("unit", _("unit")), on_day("day", _("day"), "handed_over_at__date")]
    actions = [accept_referral]

    @staticmethod
    def address(row: Referral) -> str:
        """The page of the incident."""
        return f"/incidents/{row.incident_id}"


class ClusterAlerts(Register):
    name = "cluster-alerts"
    title = _("Alerts of similar illness")
    model = ClusterAlert
    related = ("unit", "place")
    order = ("-opened_at", "-id")
    roles = EVERYONE
    columns = [
        column(ClusterAlert, "unit"),
        Column("place", _("room"), lambda row: str(row.place or "")),
        Column("group", _("symptoms"), lambda row: group_words(row.group)),
        column(ClusterAlert, "cases"),
        column(ClusterAlert, "since"),
        column(ClusterAlert, "state", kind="choice"),
        Column("grade", _("grade"), lambda row: grade_words(row.grade) if row.grade else ""),
        column(ClusterAlert, "report_due_at", priority=2),
        column(ClusterAlert, "outcome", priority=2),
        column(ClusterAlert, "outcome_at", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("state", _("state"), tuple(ALERT_STATES))]
    actions = [verify_alert, assess_alert, grade_alert, report_cluster, settle_alert]

    @staticmethod
    def address(row: ClusterAlert) -> str:
        """The page of an alert."""
        return f"/alerts/clusters/{row.pk}"


class CodeEvents(Register):
    name = "code-events"
    title = _("Yellow and red codes")
    model = CodeEvent
    related = ("unit", "person", "incident")
    order = ("-found_at", "-id")
    roles = HEALTH
    people = True
    columns = [
        column(CodeEvent, "unit"),
        Column("person", _("person"), lambda row: mask_name(row.person.name), "masked"),
        column(CodeEvent, "colour"),
        column(CodeEvent, "found_at"),
        column(CodeEvent, "home_until"),
        column(CodeEvent, "closed_at", priority=2),
    ]
    filters = [under_unit("unit", _("unit")), equals("colour", _("code"), (("yellow", _("yellow")), ("red", _("red"))))]
    actions = [open_code_event, record_test, record_home_check]

    @staticmethod
    def address(row: CodeEvent) -> str:
        """The page of the incident."""
        return f"/incidents/{row.incident_id}"


class Runbooks(Register):
    name = "runbooks"
    title = _("Runbooks")
    model = RunbookEdition
    related = ("unit",)
    order = ("-id",)
    columns = [
        column(RunbookEdition, "unit"),
        Column("kind", _("kind"), lambda row: kind_words(row.kind)),
        column(RunbookEdition, "title"),
        column(RunbookEdition, "version"),
        column(RunbookEdition, "valid_from"),
        Column("steps", _("steps"), lambda row: len(row.steps), "amount"),
        column(RunbookEdition, "basis", priority=2),
        column(RunbookEdition, "published_by", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [publish_runbook]


class Patrols(Register):
    name = "patrols"
    title = _("Patrols")
    model = Patrol
    related = ("unit",)
    order = ("-id",)
    roles = (*RESPONDERS, Role.AUDITOR)
    columns = [
        column(Patrol, "unit"),
        column(Patrol, "name"),
        Column("kind", _("kind"), lambda row: kind_words(row.kind)),
        Column("points", pgettext_lazy("patrol", "points"), lambda row: row.points.count(), "amount"),
        column(Patrol, "ended_on", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [plan_patrol, check_point]


class PatrolChecks(Register):
    name = "patrol-checks"
    title = _("Points looked at")
    model = PatrolCheck
    related = ("unit", "place", "round__patrol")
    order = ("-id",)
    roles = (*RESPONDERS, Role.AUDITOR)
    columns = [
        column(PatrolCheck, "unit"),
        Column("patrol", _("patrol"), lambda row: str(row.round.patrol)),
        Column("place", _("point"), lambda row: str(row.place)),
        column(PatrolCheck, "fine"),
        column(PatrolCheck, "at"),
        column(PatrolCheck, "by"),
        column(PatrolCheck, "note", priority=2),
    ]
    filters = [under_unit("unit", _("unit"))]
