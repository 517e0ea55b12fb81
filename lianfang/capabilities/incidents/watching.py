"""Looking for similar illness (聚集性发病监测): a class by its answers, a room by its readings, each time one comes in.

What is found depends only on what is on record, so it does not matter in which order answers arrive, and a place never
has two open alerts of one kind: its unit's row is held while it is looked at, and the database has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from lianfang.capabilities.incidents.models import ClusterAlert, ClusterMember
from lianfang.capabilities.incidents.shipped import similar
from lianfang.domain.incidents.clusters import Cluster, Ill, Terms, find_clusters, groups_of
from lianfang.domain.policy import Policy
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.actions import store
from lianfang.kernel.audit.ops import record, ref
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors
from lianfang.kernel.places.models import BED, DORMITORY, Occupancy, Place
from lianfang.kernel.places.ops import here
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import owe

REPORT = "report"
CLASSES = ("class", "group")  # units whose people sit together; a site or a school as a whole is no such place
_ILL = Q(fever=True) | ~Q(symptoms=[])


@dataclass(frozen=True, slots=True)
class _Watched:
    """A class, or a room of a unit."""

    unit: Unit
    place: Place | None = None


def watch_answers(answers: Iterable[Answer]) -> list[ClusterAlert]:
    """Look at every class and dormitory room that these answers concern; those that say "well" concern none."""
    ill = [one for one in answers if one.fever or one.symptoms]
    found = [alert for unit, day in _classes(ill) for alert in watch_class(unit, day)]
    for one in ill:
        found += watch_person(one.person_id, one.day)
    return found


def watch_readings(unit: Unit, day: date) -> list[ClusterAlert]:
    """Look at a class and at the dormitory rooms of whoever had an abnormal reading there on a day."""
    with within(EVERYTHING):
        ill = set(_abnormal(day).filter(unit=unit).values_list("person_id", flat=True))
    found = watch_class(unit, day) if ill and unit.kind in CLASSES else []
    return [*found, *(alert for person in ill for alert in watch_person(person, day))]


def _abnormal(since: date) -> QuerySet[Reading]:
    return Reading.objects.filter(abnormal=True, voided_at=None, day__gte=since)


def _classes(answers: Iterable[Answer]) -> list[tuple[Unit, date]]:
    return list({(one.unit_id, one.day): (one.unit, one.day) for one in answers}.values())


def watch_person(person: UUID, day: date) -> list[ClusterAlert]:
    """Look at the dormitory room somebody sleeps in, after an answer or a reading of theirs."""
    with within(EVERYTHING):
        beds = Occupancy.objects.filter(here(clock.now()), person_id=person, layer=BED, place__kind=DORMITORY)
        rooms = [one.place for one in beds.select_related("place__unit")]
    return [alert for room in rooms for alert in watch_room(room, day)]


def watch_class(unit: Unit, day: date) -> list[ClusterAlert]:
    """Look at a class after an answer of this day: alerts that were opened or have grown."""
    with within(EVERYTHING):
        Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        policy, watched = policy_of(unit, on=day), _Watched(unit)
        since = _since(watched, day, policy)
        measured = _abnormal(since).filter(unit=unit)
        return _look(watched, [*_answers(unit, since), *_readings(measured)], policy)


def watch_room(place: Place, day: date) -> list[ClusterAlert]:
    """Look at a room after a reading of somebody who lives there, together with their answers."""
    with within(EVERYTHING):
        Unit.objects.select_for_update(of=("self",)).get(pk=place.unit_id)
        policy, watched = policy_of(place.unit, on=day), _Watched(place.unit, place)
        since = _since(watched, day, policy)
        people = _living(place, since)
        measured = _abnormal(since).filter(person__in=people)
        return _look(watched, [*_readings(measured), *_answers_of(people, since)], policy)


def _since(watched: _Watched, day: date, policy: Policy) -> date:
    """From when records are looked at: what an open alert began with, and the days before this one that count."""
    open_ = ClusterAlert.objects.filter(unit=watched.unit, place=watched.place, outcome_at__isnull=True)
    starts = [*open_.values_list("since", flat=True), day]
    return min(starts) - timedelta(days=policy.cluster_days - 1)


def _answers(unit: Unit, since: date) -> Iterator[Ill]:
    rows = Answer.objects.filter(_ILL, unit=unit, day__gte=since)
    yield from (_ill(one.person_id, one.day, one.symptoms, fever=one.fever) for one in rows)


def _answers_of(people: Iterable[UUID], since: date) -> Iterator[Ill]:
    rows = Answer.objects.filter(_ILL, person_id__in=list(people), day__gte=since)
    yield from (_ill(one.person_id, one.day, one.symptoms, fever=one.fever) for one in rows)


def _readings(rows: Iterable[Reading]) -> Iterator[Ill]:
    yield from (_ill(one.person_id, one.day, one.symptoms, fever=one.fever) for one in rows)


def _ill(person: UUID, day: date, symptoms: Iterable[str], *, fever: bool) -> Ill:
    return Ill(str(person), day, groups_of(symptoms, fever=fever, known=similar()))


def _living(place: Place, since: date) -> set[UUID]:
    first = datetime.combine(since, datetime.min.time(), place.unit.zone)
    beds = Occupancy.objects.filter(Q(until__isnull=True) | Q(until__gt=first), place=place, layer=BED)
    return set(beds.values_list("person_id", flat=True))


def _look(watched: _Watched, reports: Iterable[Ill], policy: Policy) -> list[ClusterAlert]:
    told = _told_already(watched)
    fresh = [one for one in reports if not (one.person in told and one.day <= told[one.person])]
    found = find_clusters(fresh, Terms.of(policy))
    return [alert for alert in (_keep(watched, one, policy) for one in found) if alert is not None]


def _told_already(watched: _Watched) -> dict[str, date]:
    """Whoever belonged to an alert that has its outcome, and until which day that speaks for them."""
    closed = ClusterMember.objects.filter(
        alert__unit=watched.unit, alert__place=watched.place, alert__outcome_at__isnull=False
    ).select_related("alert")
    zone = watched.unit.zone
    said: dict[str, date] = {}
    for one in closed:
        ended = one.alert.outcome_at.astimezone(zone).date() if one.alert.outcome_at else date.min
        said[str(one.person_id)] = max(said.get(str(one.person_id), date.min), ended)
    return said


def _keep(watched: _Watched, found: Cluster, policy: Policy) -> ClusterAlert | None:
    """The open alert of this place and group, with everybody found; None when nothing has changed."""
    alert = ClusterAlert.objects.filter(
        unit=watched.unit, place=watched.place, group=found.group, outcome_at__isnull=True
    ).first()
    if alert is None:
        return _open(watched, found, policy)
    joined = _join(alert, found)
    if not joined and (alert.since, alert.rule, alert.reached_on) == (found.since, found.rule, found.reached_on):
        return None
    alert.since, alert.rule, alert.reached_on = found.since, found.rule, found.reached_on
    alert.cases = alert.members.count()
    store(alert)
    record("cluster.grown", by=SYSTEM, unit=watched.unit, subject=alert, facts={"cases": alert.cases})
    return alert


def _open(watched: _Watched, found: Cluster, policy: Policy) -> ClusterAlert:
    at = clock.now()
    alert = store(
        ClusterAlert(
            unit=watched.unit, place=watched.place, group=found.group, rule=found.rule, since=found.since,
            reached_on=found.reached_on, cases=len(found.people), opened_at=at,
            report_due_at=at + timedelta(hours=policy.cluster_report_hours),
        )
    )  # fmt: skip
    _join(alert, found)
    owe_reports(alert)
    record("cluster.found", by=SYSTEM, unit=watched.unit, subject=alert, facts={"cases": alert.cases})
    return alert


def _join(alert: ClusterAlert, found: Cluster) -> int:
    """Add whoever is not a member yet, and correct first days that a late answer has moved; how many changed."""
    known = {str(one.person_id): one for one in alert.members.all()}
    new = [
        ClusterMember(unit=alert.unit, alert=alert, person_id=UUID(person), first_day=day, joined_at=clock.now())
        for person, day in found.people.items()
        if person not in known
    ]
    ClusterMember.objects.bulk_create(new)
    moved = [one for person, one in known.items() if found.people.get(person, one.first_day) < one.first_day]
    for one in moved:
        one.first_day = found.people[str(one.person_id)]
    ClusterMember.objects.bulk_update(moved, ["first_day"])
    return len(new) + len(moved)


def owe_reports(alert: ClusterAlert) -> None:
    """The report within its hours: owed by the school's reporter, and by the county that checks it."""
    above = office_above(alert.unit) or alert.unit
    words = {
        1: (Role.DOCTOR, alert.unit, "聚集性发病上报", "Report similar illness"),
        2: (Role.OFFICER, above, "核对聚集性发病报告", "Check the report of similar illness"),
    }
    for number, (role, unit, zh, en) in words.items():
        owe(
            unit, REPORT, ref(alert), number=number, name=zh, name_en=en, role=role, opens_at=alert.opened_at,
            due_at=alert.report_due_at, alert_at=alert.report_due_at,
        )  # fmt: skip


def office_above(unit: Unit) -> Unit | None:
    """The nearest office above a unit, where there is one."""
    return next((one for one in reversed(ancestors(unit)) if one.kind in OFFICES), None)
