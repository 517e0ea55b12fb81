"""A count above what is usual (超常信号): joins the open alert of its place and kind, or opens one to be verified."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from lianfang.capabilities.incidents.models import ClusterAlert, ClusterMember
from lianfang.capabilities.incidents.shipped import similar
from lianfang.capabilities.incidents.watching import CLASSES, owe_reports
from lianfang.domain.incidents.clusters import groups_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.actions import store
from lianfang.kernel.audit.ops import record
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within

UNUSUAL = "unusual"


def signal_unusual(unit: Unit, group: str, day: date, *, cases: int) -> ClusterAlert:
    """The open alert of a unit and kind of illness, with what was counted on a day; a new one where none is open.

    In a class whoever was ill that day belongs to it; a school or an office keeps the largest count only. The rule by
    which an alert was opened stays: three alike ill on one day say more than an unusual count.
    """
    with within(EVERYTHING):
        Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        open_ = ClusterAlert.objects.filter(unit=unit, place=None, group=group, outcome_at__isnull=True).first()
        alert = open_ or _opened(unit, group, day)
        grown = _with_members(alert, day)
        most = max(alert.cases, cases, grown)
        if open_ is None or most > alert.cases:
            alert.cases = most
            store(alert)
            kind = "cluster.grown" if open_ else "cluster.found"
            record(kind, by=SYSTEM, unit=unit, subject=alert, facts={"cases": alert.cases})
        return alert


def _opened(unit: Unit, group: str, day: date) -> ClusterAlert:
    at = clock.now()
    alert = store(
        ClusterAlert(
            unit=unit, group=group, rule=UNUSUAL, since=day, reached_on=day, cases=0, opened_at=at,
            report_due_at=at + timedelta(hours=policy_of(unit, on=day).cluster_report_hours),
        )
    )  # fmt: skip
    owe_reports(alert)
    return alert


def _with_members(alert: ClusterAlert, day: date) -> int:
    """Add whoever of a class was ill on the day and is no member yet; how many members there are then."""
    if alert.unit.kind not in CLASSES:
        return 0
    known = set(alert.members.values_list("person_id", flat=True))
    new = _ill(alert.unit, alert.group, day) - known
    ClusterMember.objects.bulk_create(
        ClusterMember(unit=alert.unit, alert=alert, person_id=one, first_day=day, joined_at=clock.now()) for one in new
    )
    return len(known | new)


def _ill(unit: Unit, group: str, day: date) -> set[UUID]:
    answers = Answer.objects.filter(unit=unit, day=day, counted=True)
    return {
        one.person_id
        for one in answers.exclude(symptoms=[], fever=False)
        if group in groups_of(one.symptoms, fever=one.fever, known=similar())
    }
