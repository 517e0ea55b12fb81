"""When this happens, do that (联动): the only place where capabilities meet; read top to bottom it is the plan.

The worker runs each function once for each event, after the event's transaction has committed. What people are told
names the thing, never a reading, a symptom or a figure: those are seen where the reader's role allows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from lianfang.capabilities.cases.models import ContactVisit
from lianfang.capabilities.checkin.models import ContactAttempt
from lianfang.capabilities.command.teams import close_teams_of
from lianfang.capabilities.incidents.telling import tell_of_alert, tell_of_late_step, tell_superior
from lianfang.capabilities.incidents.watching import watch_answers, watch_readings
from lianfang.capabilities.pairs.overdue import call_doctor_for_help, pass_contact_on
from lianfang.capabilities.recall.following import ask_about_exemptions, call_for_overdue_return
from lianfang.capabilities.risk_areas.following import follow_correction, follow_list, follow_sojourn
from lianfang.capabilities.risk_areas.models import Area, AreaList
from lianfang.capabilities.screening.handout import hand_over
from lianfang.capabilities.screening.models import Screener
from lianfang.capabilities.site.milestones import first_batch_arrived
from lianfang.capabilities.site.rooms import await_cleaning
from lianfang.capabilities.upward.corrections import mark_outdated
from lianfang.capabilities.verification.agreements import BOTH_SIDES
from lianfang.capabilities.verification.corrections import answer_corrected, report_corrected
from lianfang.capabilities.verification.models import Item, Run
from lianfang.capabilities.verification.runs import carry_out
from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.domain.symptoms import FOLLOWED_CODES, is_unwell
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.ops import holders, nearest_holders, tell
from lianfang.kernel.audit.dispatch import Reaction
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Absence
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.reporting.models import Answer, RollCall, UnitReport
from lianfang.kernel.reporting.reports import current_report

CLASS_HEADS = (Role.CLASS_HEAD, Role.SCREENER)
ON_DUTY = (Role.LEADER, Role.DUTY_OFFICER)
RECEIVING = (Role.DUTY_OFFICER, Role.OFFICER)


# Somebody is not well (发热、不适): the school doctor and the class head hear of it at once. Answers that call for no
# attention (`domain.symptoms.calls_for_attention`) may be settled when they are recorded: nothing follows from them.


def call_doctor_and_class_head(event: Event) -> None:
    """Tell the nearest doctor and whoever answers for the class about each answer that is not well."""
    for answer in _answers(event):
        if is_unwell(state=answer.state, fever=answer.fever, symptoms=answer.symptoms):
            kind = "answer.fever" if answer.fever else "answer.unwell"
            _tell_about(answer, [*_nearest(answer.unit, Role.DOCTOR), *holders(answer.unit, CLASS_HEADS)], kind)


def follow_health_code(event: Event) -> None:
    """Ask doctor, class head and duty officer to follow a yellow or red health code up (黄码、红码)."""
    for answer in _answers(event):
        if answer.health_code in FOLLOWED_CODES:
            near = [*_nearest(answer.unit, Role.DOCTOR), *_nearest(answer.unit, Role.DUTY_OFFICER)]
            _tell_about(answer, [*near, *holders(answer.unit, CLASS_HEADS)], "answer.health_code")


def call_doctor_about_contact(event: Event) -> None:
    """Tell the nearest doctor that a contact under follow-up was found unwell, or has an abnormal reading (J03)."""
    unwell = ContactVisit.objects.filter(pk=_key(event)[0], outcome="unwell").exists()
    if unwell or Reading.objects.filter(pk=_key(event)[0], abnormal=True).exists():
        unit = _there(event.unit)
        tell(_nearest(unit, Role.DOCTOR), "contact.unwell", subject=event.subject, unit=unit)


# A report is late, comes again, or is corrected (迟报、重报、更正). Of one sent back, the act itself tells who signs.


def alert_leader_on_duty(event: Event) -> None:
    """Tell the leader on duty and the duty officer of the unit that owes it."""
    unit = _there(event.unit)
    tell(holders(unit, ON_DUTY), "due.overdue", subject=_due_name(event), unit=unit, **event.facts)


def alert_superior(event: Event) -> None:
    """Tell those who receive what is overdue."""
    above = Unit.objects.filter(code=event.facts.get("recipient") or "-").first()
    if above is not None:
        told = holders(above, RECEIVING)
        tell(told, "due.overdue_below", subject=_due_name(event), unit=_there(event.unit), **event.facts)


def tell_superior_of_new_revision(event: Event) -> None:
    """A report that was sent back has come again: tell the superiors who wait for it."""
    if _is_first(event):
        return
    report = _report(event)
    before = _before(report)
    if before is not None and before.returned_at is not None:
        for above in _superiors(report):
            tell(holders(above, SUPERVISORS), "report.sent_again", subject=ref(report), unit=report.unit, **_of(report))


def tell_holders_of_old_figure(event: Event) -> None:
    """A corrected report: tell every superior whose signed report still holds the old figure (C08)."""
    if _is_first(event):
        return
    report = _report(event)
    for above in _superiors(report):
        holds = current_report(above, report.form, report.day)
        if holds is not None and _holds_older(holds, report):
            tell(holders(above, SUPERVISORS), "report.corrected", subject=ref(report), unit=report.unit, **_of(report))


def mark_copies_handed_over(event: Event) -> None:
    """A corrected report: mark each recipient outside that holds an old figure, of the unit and above (E04)."""
    if _is_first(event):
        return
    report = _report(event)
    for unit in (report.unit, *_superiors(report)):
        for copy in mark_outdated(unit, report.day):
            subject = f"{ref(copy)}/{report.revision}"
            tell(holders(unit, RECEIVING), "copy.outdated", subject=subject, unit=unit, day=str(report.day))


# Who does the daily screening changes (排查专员更换、请假).


def owe_screening_today(event: Event) -> None:
    """A unit that gets a screener today owes today's screening."""
    unit = _there(event.unit)
    open_day(clock.today(unit.zone), among=Q(pk=unit.pk))


def hand_screening_over(event: Event) -> None:
    """When a screener goes on leave, today's task goes to the substitute."""
    person = Absence.objects.values_list("person_id", flat=True).get(pk=_key(event)[0])
    away = Account.objects.filter(person_id=person).values_list("pk", flat=True)
    hand_over(Screener.objects.filter(account_id__in=away, until__isnull=True).values_list("unit_id", flat=True))


# Two lists are compared, and what differs is owed by a side (双向校核).


def carry_long_run_out(event: Event) -> None:
    """Compare lists that are too long to be compared while somebody waits."""
    run = Run.objects.select_related("agreement__unit", "agreement__theirs", "list_ours", "list_theirs")
    found = run.get(pk=_key(event)[0])
    if found.state == "waiting":
        carry_out(found, SYSTEM)


def tell_both_sides_of_differences(event: Event) -> None:
    """A comparison has found something new: tell whoever answers, on both sides."""
    run = Run.objects.select_related("unit", "theirs").get(pk=_key(event)[0])
    if run.counts.get("new") or run.counts.get("reopened"):
        for unit in filter(None, (run.unit, run.theirs)):
            tell(holders(unit, BOTH_SIDES), "difference.opened", subject=ref(run), unit=unit)


def reopen_differences_about_answers(event: Event) -> None:
    """An answer was corrected: the differences about that person say so, settled ones are open again (C08)."""
    for answer in _answers(event):
        if answer.revision > 1:
            _tell_reopened(answer_corrected(answer.unit, answer.person_id, answer.day, answer.revision))


def reopen_differences_between_totals(event: Event) -> None:
    """A report was corrected: so do the differences between totals of that unit and day (C08)."""
    if not _is_first(event):
        report = _report(event)
        _tell_reopened(report_corrected(report.unit, report.day, report.revision))


def _tell_reopened(items: Iterable[Item]) -> None:
    for item in items:
        subject = f"{ref(item)}/{item.reopened}"
        tell(holders(item.agreement.unit, RECEIVING), "difference.corrected", subject=subject, unit=item.agreement.unit)


# Risk areas (风险地区): who stayed where is weighed again when the list, a stay or a fact behind a status changes.


def weigh_stays_by_new_list(event: Event) -> None:
    """A list of risk areas was published: everybody under it is weighed, and told when their status changed (D03)."""
    _tell_status(event, follow_list(_key(event)[0]).people)


def weigh_stay(event: Event) -> None:
    """A stay was recorded or refuted: its person is weighed by the lists in force."""
    _tell_status(event, follow_sojourn(_key(event)[0]))


def follow_corrected_fact(event: Event) -> None:
    """A reviewer corrected a fact behind a status: whoever owns the fact takes it back (T04)."""
    _tell_status(event, follow_correction(_key(event)[0]))


def _tell_status(event: Event, people: Iterable[Any]) -> None:
    accounts = Account.objects.filter(person_id__in=list(people), is_active=True).values_list("pk", flat=True)
    tell(accounts, "status.changed", subject=event.subject, unit=_there(event.unit))


def ask_about_exemptions_from_recall(event: Event) -> None:
    """A list has downgraded an area: ask whether those exempt because of it are to come back (D05)."""
    unit, version = AreaList.objects.values_list("unit_id", "version").get(pk=_key(event)[0])
    listed = Area.objects.filter(listed__unit=unit)
    old, new = (dict(listed.filter(listed__version=v).values_list("prefix", "level")) for v in (version - 1, version))
    ask_about_exemptions(_there(event.unit), old, new)


def close_teams_with_site(event: Event) -> None:
    """A site is closed: so is every team that was formed for it, and nobody keeps a role over one (A03)."""
    close_teams_of(_there(event.unit), SYSTEM, reason="site closed")


# Several are ill alike in one class or room (聚集性发病): looked for with every answer and round of readings.


def look_for_similar_illness(event: Event) -> None:
    """Look at the classes and rooms of those whom an answer, a class check or a call says to be ill (J05)."""
    watch_answers(_answers(event))


def look_at_readings(event: Event) -> None:
    """The same after a round of readings or a class at the door."""
    unit = _there(event.unit)
    watch_readings(unit, event.at.astimezone(unit.zone).date())


# An observation site (留观点): a list has come, a room was left, a guest is not well.


def note_first_batch(event: Event) -> None:
    """Everybody of a list has come: the first list is a milestone of the site."""
    at = datetime.fromisoformat(event.facts["at"])
    first_batch_arrived(_there(event.unit), at=at, count=int(event.facts["people"]), by=SYSTEM)


def have_room_cleaned(event: Event) -> None:
    """A room that nobody is in any more waits for cleaning, and takes nobody until then."""
    if not event.facts["left"]:
        await_cleaning(_key(event)[0], event.facts["because"])


def call_doctor_about_guest(event: Event) -> None:
    """A second reading out of range too, or a test that was not negative: tell the nearest doctor."""
    unit = _there(event.unit)
    tell(_nearest(unit, Role.DOCTOR), "stay.unwell", subject=event.subject, unit=unit)


def call_doctor_to_the_door(event: Event) -> None:
    """A second reading at the door of a class is out of range too: tell the nearest doctor (开班测温异常)."""
    unit = _there(event.unit)
    tell(_nearest(unit, Role.DOCTOR), "door.unwell", subject=event.subject, unit=unit, run=event.facts["run"])


REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    "answer.recorded": (
        call_doctor_and_class_head,
        follow_health_code,
        reopen_differences_about_answers,
        look_for_similar_illness,
    ),
    "class.checked": (call_doctor_and_class_head, follow_health_code, look_for_similar_illness),
    "contact.recorded": (call_doctor_and_class_head, follow_health_code, look_for_similar_illness),
    "contact.visited": (call_doctor_about_contact,),
    "contact.measured": (call_doctor_about_contact,),
    "due.overdue": (alert_leader_on_duty, alert_superior),
    "report.signed": (
        tell_superior_of_new_revision,
        tell_holders_of_old_figure,
        mark_copies_handed_over,
        reopen_differences_between_totals,
    ),
    "lists.compared": (carry_long_run_out, tell_both_sides_of_differences),
    "screener.named": (owe_screening_today,),
    "leave.approved": (hand_screening_over,),
    "areas.published": (weigh_stays_by_new_list, ask_about_exemptions_from_recall),
    "sojourn.recorded": (weigh_stay,),
    "sojourn.refuted": (weigh_stay,),
    "status.fact_corrected": (follow_corrected_fact,),
    "task.overdue": (pass_contact_on, call_for_overdue_return, tell_of_late_step),
    "pair.contacted": (call_doctor_for_help,),
    "site.closed": (close_teams_with_site,),
    "incident.stopped": (tell_superior,),
    "cluster.found": (tell_of_alert,),
    "batch.completed": (note_first_batch,),
    "room.vacated": (have_room_cleaned,),
    "reading.abnormal": (call_doctor_about_guest,),
    "test.not_negative": (call_doctor_about_guest,),
    "round.recorded": (look_at_readings,),
    "door.recorded": (look_at_readings,),
    "door.abnormal": (call_doctor_to_the_door,),
}


def _key(event: Event) -> list[str]:
    return event.subject.partition(":")[2].split("/")


def _there(unit: Unit | None) -> Unit:
    if unit is None:
        raise LookupError("an event without its unit")
    return unit


def _answers(event: Event) -> Iterator[Answer]:
    """The answers that an answer, a class check or a call has left."""
    model, key = event.subject.partition(":")[0], _key(event)
    if model == Answer._meta.label_lower:
        found = Answer.objects.filter(unit_id=key[0], day=key[1], slot=key[2], person_id=key[3])
    elif model == RollCall._meta.label_lower:
        found = Answer.objects.filter(unit_id=key[0], day=key[1], slot=key[2])
    else:
        called = ContactAttempt.objects.get(pk=key[0])
        found = Answer.objects.filter(
            unit=called.unit, day=called.day, slot=called.slot, person_id=called.person_id, mode="phone"
        )
    yield from found.select_related("unit")


def _nearest(unit: Unit, role: Role) -> list[int]:
    return nearest_holders(unit, (role,))


def _tell_about(answer: Answer, accounts: Iterable[int], kind: str) -> None:
    facts = {"day": str(answer.day), "slot": answer.slot, "answer": ref(answer)}
    tell(sorted(set(accounts)), kind, subject=ref(answer), unit=answer.unit, **facts)


def _due_name(event: Event) -> str:
    facts = event.facts
    return f"{facts['code']}/{facts['what']}/{facts['day']}/{facts['slot']}/{facts['due_at']}"


def _is_first(event: Event) -> bool:
    return _key(event)[-1] == "1"


def _report(event: Event) -> UnitReport:
    unit, form, day, revision = _key(event)
    found = UnitReport.objects.select_related("unit")
    return found.get(unit_id=unit, form=form, day=date.fromisoformat(day), revision=revision)


def _before(report: UnitReport) -> UnitReport | None:
    older = UnitReport.objects.filter(unit=report.unit, form=report.form, day=report.day)
    return older.filter(revision=report.revision - 1).first()


def _superiors(report: UnitReport) -> list[Unit]:
    owed = Due.objects.filter(unit=report.unit, kind=REPORT, day=report.day, recipient__isnull=False)
    return [due.recipient for due in owed.select_related("recipient") if due.recipient is not None]


def _holds_older(above: UnitReport, report: UnitReport) -> bool:
    sources: list[dict[str, Any]] = above.children.get("sources", [])
    return any(s["unit"] == report.unit.code and s["revision"] < report.revision for s in sources)


def _of(report: UnitReport) -> dict[str, Any]:
    return {"day": str(report.day), "form": report.form, "revision": report.revision, "reason": report.reason}
