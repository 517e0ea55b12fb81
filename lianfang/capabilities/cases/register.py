"""How cases, contacts and follow-up are listed (病例名单、密接名单、随访单): a line list, and who is visited on a day.

Contacts are listed to the doctor; to the school's reporter only those who are followed up. Whoever was only advised, or
is no contact, is listed to nobody else (row J03).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.cases.actions import (
    classify_case,
    close_case,
    contact_became_case,
    correct_contact_exposure,
    decide_contacts,
    interview_case,
    isolate_case,
    link_cases,
    name_contact,
    notify_contact,
    open_case,
    propose_contacts,
    propose_further_contacts,
    record_test,
    record_transfer,
    record_venue_visit,
    record_visit,
    release_contact,
    report_case,
    stop_follow_up,
    take_contact_reading,
    withdraw_link,
)
from lianfang.capabilities.cases.contacting import VISIT
from lianfang.capabilities.cases.models import (
    CLASS_NAMES,
    CONTACT_STATES,
    GRADE_NAMES,
    KIND_NAMES,
    Case,
    Contact,
    Exposure,
    Link,
)
from lianfang.capabilities.cases.models.cases import CASE_STATES
from lianfang.domain.cases.terms import ADVISED, DISMISSED, PROPOSED
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.registers.register import Column, Filter, Register, column, equals, on_day, under_unit
from lianfang.kernel.registers.sight import children_out_of_sight
from lianfang.kernel.tasks.models import Task

READERS: Final = (Role.DOCTOR, Role.NURSE, Role.DUTY_OFFICER)
"""Who works on cases of a unit: doctor and nurse, and the officer who reports them."""
_DOCTORS_OWN: Final = (PROPOSED, ADVISED, DISMISSED)


def _age(case: Case) -> int | None:
    born: date | None = case.person.birth_date
    if born is None:
        return None
    day = case.date_onset or case.date_reporting
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def seen(rows: QuerySet[Any], actor: Actor, *, column: str = "person_id") -> QuerySet[Any]:
    """Without the children whom none of the actor's roles may see."""
    hidden = children_out_of_sight(actor)
    return rows if hidden is None else rows.exclude(Q(**{f"{column}__in": hidden}))


class LineList(Register):
    name = "cases"
    title = _("Line list")
    model = Case
    people = True
    roles = READERS
    related = ("unit", "person")
    order = ("-date_reporting", "-number")
    columns = [
        Column("id", _("case"), str, "code"),
        Column("name", _("name"), lambda row: row.person.name, "person"),
        Column("location", _("unit"), lambda row: row.unit, "unit", source="unit__code"),
        Column("age", _("age"), _age, "amount", 2),
        column(Case, "classification"),
        column(Case, "date_onset"),
        column(Case, "date_reporting"),
        Column("date_sample", _("first specimen at"), lambda row: row.sampled_at, "moment", 3, "sampled_at"),
        Column("date_admission", _("isolated at"), lambda row: row.isolated_at, "moment", 3, "isolated_at"),
        column(Case, "state", kind="choice"),
        column(Case, "outcome", priority=2),
        column(Case, "date_outcome", priority=3),
        column(Case, "source", priority=3),
        column(Case, "was_contact", kind="flag", priority=3),
        column(Case, "definition", kind="code", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("classification", _("classification"), [one for one in CLASS_NAMES if one[0]]),
        equals("state", _("state"), CASE_STATES),
        on_day("from", _("from"), "date_reporting", bound="gte"),
        on_day("to", _("to"), "date_reporting", bound="lte"),
    ]
    actions = [
        open_case, interview_case, record_test, classify_case, isolate_case, propose_contacts, name_contact,
        decide_contacts, link_cases, stop_follow_up, report_case, close_case, record_venue_visit,
    ]  # fmt: skip
    address = staticmethod(lambda row: f"/cases/{row.pk}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The cases within scope, children only to those who may see them."""
        return seen(super().rows(actor), actor)


class Contacts(Register):
    name = "contacts"
    title = _("Contacts")
    model = Contact
    people = True
    roles = READERS
    related = ("unit", "person", "case__unit")
    order = ("-id",)
    columns = [
        Column("case", _("case"), lambda row: str(row.case), "code"),
        Column("name", _("name"), lambda row: row.person.name, "person"),
        column(Contact, "kind"),
        column(Contact, "grade", priority=2),
        column(Contact, "state", kind="choice"),
        column(Contact, "last_exposure", priority=2),
        column(Contact, "until"),
        column(Contact, "notified_at", priority=2),
        column(Contact, "decided_by", priority=3),
        column(Contact, "decision_reason", priority=3),
        column(Contact, "released_at", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("state", _("state"), CONTACT_STATES),
        equals("kind", _("exposure"), KIND_NAMES),
        equals("grade", _("proposed as"), GRADE_NAMES),
    ]
    actions = [
        notify_contact, record_visit, take_contact_reading, propose_further_contacts, release_contact,
        contact_became_case, correct_contact_exposure, record_transfer,
    ]  # fmt: skip
    address = staticmethod(lambda row: f"/cases/{row.case_id}#contact-{row.pk}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """To the doctor all; to others only whoever is or was followed up."""
        found = seen(super().rows(actor), actor)
        return found if actor.system or Role.DOCTOR in actor.roles else found.exclude(state__in=_DOCTORS_OWN)


class Exposures(Register):
    name = "exposures"
    title = _("Exposures")
    model = Exposure
    people = True
    roles = (Role.DOCTOR,)
    related = ("unit", "person", "case__unit")
    order = ("-id",)
    columns = [
        Column("case", _("case"), lambda row: str(row.case), "code"),
        Column("name", _("name"), lambda row: row.person.name, "person"),
        column(Exposure, "kind"),
        column(Exposure, "where"),
        column(Exposure, "since"),
        column(Exposure, "until"),
        column(Exposure, "minutes", kind="amount"),
        column(Exposure, "metres", priority=3),
        column(Exposure, "source", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("kind", _("exposure"), KIND_NAMES)]


class Links(Register):
    name = "links"
    title = _("Links between cases")
    model = Link
    people = True
    roles = READERS
    related = ("unit", "infector__unit", "infectee__unit")
    order = ("-id",)
    columns = [
        Column("from", _("infector"), lambda row: str(row.infector), "code"),
        Column("to", _("infected"), lambda row: str(row.infectee), "code"),
        column(Link, "certainty"),
        column(Link, "evidence"),
        column(Link, "at", priority=2),
        column(Link, "by", priority=3),
        column(Link, "withdrawn_at", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [withdraw_link]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """Links between cases that may be seen."""
        return seen(seen(super().rows(actor), actor, column="infector__person_id"), actor, column="infectee__person_id")


def _of_worker(handle: str) -> Q:
    account = Account.objects.filter(handle=handle).values("pk")
    return Q(account_id__in=account)


class FollowUps(Register):
    """One list a worker and day (rules 3.13): who is to be visited, and whether it was done."""

    name = "follow-ups"
    title = _("Follow-up visits")
    model = Task
    people = True
    roles = (Role.DOCTOR, Role.NURSE)
    related = ("unit", "person")
    order = ("opens_at", "id")
    columns = [
        column(Task, "day"),
        Column("name", _("name"), lambda row: row.person.name if row.person else "", "person"),
        column(Task, "due_at"),
        column(Task, "settled_at"),
        column(Task, "settled_by", priority=2),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("day", _("day"), "day"),
        Filter("worker", _("followed up by"), _of_worker),
    ]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The visits owed to contacts."""
        return super().rows(actor).filter(kind=VISIT, subject__startswith="cases.contact:", excused="")
