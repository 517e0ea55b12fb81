"""What may be done with a recall (停休与召回): order, name whom it concerns, exempt, record returns (row D05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lianfang.capabilities.recall.models import LEVELS, RecallOrder, RecallPerson
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.policies.ops import edition_of, policy_of
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

ORDERERS = (Role.ADMINISTRATOR, Role.LEADER)
KEEPERS = (*ORDERERS, Role.DUTY_OFFICER)
BACK, DECIDE = "return", "decision"
RULE, EXEMPTION = "R-recall", "R-recall-exempt"


@action("recall.ordered", by=ORDERERS, over="unit", facts=("unit", "title", "back_before"))
def order_recall(
    by: Actor, *, unit: Unit, title: str, reason: str, back_before: datetime, issued_at: datetime | None = None
) -> RecallOrder:
    """Interrupt leave: whoever is away is back before a moment."""
    issued = issued_at or clock.now()
    if issued > clock.now():
        raise Refused("date.in_future", "issued_at")
    if back_before <= issued:
        raise Refused("date.order", "back_before", earlier=_local(issued, unit))
    return store(RecallOrder(unit=unit, title=title, reason=reason, issued_at=issued, back_before=back_before))


@action("recall.named", by=KEEPERS, over="order", facts=("person",))
def recall_person(
    by: Actor, *, order: RecallOrder, person: Person, whereabouts: str, area: str = "", level: str = "",
    due_at: datetime | None = None,
) -> RecallPerson:  # fmt: skip
    """Name somebody who is away, and where; due back before the order's moment, or a later one of their own."""
    held, due = _open(order), due_at or order.back_before
    _check_level(level)
    if due < held.back_before:
        raise Refused("date.order", "due_at", earlier=_local(held.back_before, held.unit))
    if held.people.filter(person=person).exists():
        raise Refused("recall.named_already", "person")
    home = _home(held.unit, person)
    row = RecallPerson(unit=home, order=held, person=person, whereabouts=whereabouts, area=area, level=level)
    row.due_at = due
    _owe(by, store(row))
    return row


def _home(unit: Unit, person: Person) -> Unit:
    """Where the person belongs under the unit of the order. Refused `scope`."""
    here = Membership.objects.filter(on_roster(clock.today(unit.zone)), person=person).select_related("unit")
    home = next((one.unit for one in here if unit.covers(one.unit)), None)
    if home is None:
        raise Refused("scope", "person")
    return home


def _check_level(level: str) -> None:
    if level not in dict(LEVELS):
        raise Refused("choice.unknown", "level", choices=[code for code, _words in LEVELS if code])


def _owe(by: Actor, row: RecallPerson) -> Task:
    """The return is owed by a moment, and alerted then; the person sees by which order."""
    statuses.give(
        unit=row.unit, person=row.person, kind="recall", value="recalled", rule=RULE, edition=_edition(row),
        facts=_facts(row), since=clock.now(), by=by, about=row,
    )  # fmt: skip
    return tasks.owe(
        row.unit, BACK, row, name="按期返回", name_en="Back in time", due_at=row.due_at, alert_at=row.due_at,
        person=row.person, role=Role.DUTY_OFFICER, number=tasks.of(row, BACK).count(),
    )  # fmt: skip


@action("recall.exempted", by=KEEPERS, over="recalled", facts=("level",))
def exempt_from_recall(by: Actor, *, recalled: RecallPerson, evidence: str, level: str, area: str = "") -> RecallPerson:
    """Exempt somebody who is in an area from which nobody is called back, on evidence."""
    row = _here(recalled)
    _check_level(level)
    if not evidence.strip():
        raise Refused("required", "evidence")
    if row.returned_at is not None or row.exempt:
        raise Refused("recall.settled", "recalled")
    allowed = policy_of(row.unit, on=clock.today(row.unit.zone)).recall_exempt_levels
    if level not in allowed:
        raise Refused("recall.no_exemption", "level", choices=list(allowed))
    row.evidence, row.level, row.area = evidence, level, area or row.area
    row.exempted_at, row.exemption_lifted_at = clock.now(), None
    tasks.excuse(row, reason="exempt", kinds=(BACK,))
    _change(by, row, "recall", "exempt", EXEMPTION, "exempted")
    return store(row)


@action("recall.exemption_lifted", by=KEEPERS, over="recalled", facts=("reason",))
def lift_exemption(
    by: Actor, *, recalled: RecallPerson, reason: str, level: str = "", due_at: datetime | None = None
) -> RecallPerson:
    """Lift an exemption, as when the area is downgraded: the person must be back again, by a moment that is to come."""
    row, now = _here(recalled), clock.now()
    _check_level(level)
    if not row.exempt:
        raise Refused("recall.not_exempt", "recalled")
    due = due_at or row.due_at
    if due <= now:
        raise Refused("date.past", "due_at")
    row.exemption_lifted_at, row.due_at, row.level = now, due, level or row.level
    store(row)
    statuses.end(about=row, kind="exempt", at=now, by=by, reason=reason)
    _settle(row, DECIDE, by, reason)
    _owe(by, row)
    return row


@action("recall.exemption_kept", by=KEEPERS, over="recalled", facts=("reason",))
def keep_exemption(by: Actor, *, recalled: RecallPerson, reason: str) -> RecallPerson:
    """Decide that an exemption stays although the area was downgraded."""
    row = _here(recalled)
    if not row.exempt:
        raise Refused("recall.not_exempt", "recalled")
    _settle(row, DECIDE, by, reason)
    return row


@action("recall.returned", by=KEEPERS, over="recalled", facts=("returned_at",))
def record_return(by: Actor, *, recalled: RecallPerson, returned_at: datetime | None = None) -> RecallPerson:
    """Somebody is back, at a moment that has passed; a second time is refused."""
    row, at = _here(recalled), returned_at or clock.now()
    if at > clock.now():
        raise Refused("date.in_future", "returned_at")
    if at < row.order.issued_at:
        raise Refused("date.order", "returned_at", earlier=_local(row.order.issued_at, row.unit))
    if row.returned_at is not None:
        raise Refused("recall.settled", "recalled")
    row.returned_at = at
    for task in tasks.of(row, BACK).filter(settled_at=None, excused=""):
        tasks.settle(task, at=at, by=by.name)
    for kind in ("recall", "exempt"):
        statuses.end(about=row, kind=kind, at=clock.now(), by=by, reason="returned")
    return store(row)


@action("recall.lifted", by=ORDERERS, over="order", facts=("reason",))
def lift_recall(by: Actor, *, order: RecallOrder, reason: str) -> RecallOrder:
    """End an order: whoever is not back need not come any more."""
    held = _open(order)
    held.lifted_at = clock.now()
    for row in held.people.filter(returned_at__isnull=True).select_related("unit", "person"):
        tasks.excuse(row, reason=reason)
        for kind in ("recall", "exempt"):
            statuses.end(about=row, kind=kind, at=clock.now(), by=by, reason=reason)
    return store(held)


def _open(order: RecallOrder) -> RecallOrder:
    held = RecallOrder.objects.select_for_update(of=("self",)).select_related("unit").get(pk=order.pk)
    if held.lifted_at is not None:
        raise Refused("recall.lifted", "order")
    return held


def _here(recalled: RecallPerson) -> RecallPerson:
    rows = RecallPerson.objects.select_for_update(of=("self",)).select_related("unit", "person", "order")
    return rows.get(pk=recalled.pk)


def _change(by: Actor, row: RecallPerson, ends: str, kind: str, rule: str, value: str) -> None:
    now = clock.now()
    statuses.end(about=row, kind=ends, at=now, by=by, reason=value)
    statuses.give(
        unit=row.unit, person=row.person, kind=kind, value=value, rule=rule, edition=_edition(row), facts=_facts(row),
        since=now, by=by, about=row,
    )  # fmt: skip


def _settle(row: RecallPerson, kind: str, by: Actor, note: str) -> None:
    for task in tasks.of(row, kind).filter(settled_at=None, excused=""):
        tasks.settle(task, at=clock.now(), by=by.name, note=note)


def _edition(row: RecallPerson) -> str:
    return edition_of(row.unit, clock.today(row.unit.zone)).text


def _facts(row: RecallPerson) -> dict[str, str]:
    return {
        "order": row.order.title, "whereabouts": row.whereabouts, "area": row.area, "level": row.level,
        "back_before": _local(row.due_at, row.unit), "evidence": row.evidence,
    }  # fmt: skip


def _local(moment: datetime, unit: Unit) -> str:
    return moment.astimezone(unit.zone).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Counted:
    """Of everybody an order concerns: who must come back, who is exempt, who was back in time, late, or is overdue."""

    away: int
    must_return: int
    exempt: int
    on_time: int
    late: int
    overdue: int
    awaited: int


def counted(order: RecallOrder, at: datetime) -> Counted:
    """How an order stands at a moment, by what was on record of returns until then."""
    rows = list(order.people.all())
    exempt = [one for one in rows if _exempt_at(one, at)]
    must = [one for one in rows if one not in exempt]
    back = [one for one in must if one.returned_at is not None and one.returned_at <= at]
    in_time = sum(one.returned_at is not None and one.returned_at < one.due_at for one in back)
    out = [one for one in must if one not in back]
    overdue = sum(one.due_at <= at for one in out)
    return Counted(
        len(rows), len(must), len(exempt), in_time, len(back) - in_time, overdue, len(out) - overdue
    )  # fmt: skip


def _exempt_at(row: RecallPerson, at: datetime) -> bool:
    return (
        row.exempted_at is not None
        and row.exempted_at <= at
        and (row.exemption_lifted_at is None or row.exemption_lifted_at > at)
    )
