"""What the actions about cases and contacts are given (病例密接动作的参数)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at


def of_cases(w: Any) -> dict[str, dict[str, Any]]:
    """A case of the near class, with a contact that is followed up and one that is to be decided."""
    with within(EVERYTHING):
        return _about(w)


def _about(w: Any) -> dict[str, dict[str, Any]]:
    from lianfang.capabilities.cases.actions import classify_case, decide_contacts, link_cases, name_contact, open_case

    unit, illness = w.klass, "fever_respiratory"
    make.rules(w.school, secondary_contacts=True)
    ill, near, far, other = (make.member(unit) for _ in range(4))
    case = open_case(SYSTEM, unit=unit, person=ill, definition=illness, date_onset=DAY)
    done = open_case(SYSTEM, unit=unit, person=w.pupil, definition="gastroenteritis")
    classify_case(SYSTEM, case=done, into="discarded", reason="x")
    met = {"kind": "other", **_an_hour()}
    contact = name_contact(SYSTEM, case=case, person=near, **met)
    asked = name_contact(SYSTEM, case=case, person=far, **met)
    decide_contacts(SYSTEM, case=case, contacts=[contact], decision="keep", reason="x")
    sure = {"certainty": "likely", "evidence": "interview"}
    link = link_cases(SYSTEM, infectee=done, infector=case, **sure)
    about = {"case": case}
    return {
        "case.opened": {"unit": unit, "person": other, "definition": illness},
        "case.interviewed": about | {"date_onset": DAY},
        "case.tested": about | {"kind": "rapid", "result": "negative"},
        "case.classified": about | {"into": "suspected", "reason": "x"},
        "case.isolated": about,
        "case.reported": {"case": _classified(case), "reported_to": "县疾控中心"},
        "case.closed": {"case": done, "outcome": "no_case"},
        "contacts.proposed": about,
        "contacts.proposed_further": {"contact": contact},
        "contact.named": about | {"person": other, **met},
        "contacts.decided": about | {"contacts": [asked], "decision": "advise"},
        "contact.notified": {"contact": contact},
        "contact.visited": {"contact": contact, "outcome": "well"},
        "contact.measured": {"contact": contact, "key": "reading-1", "slot": "am", "at": at(12)},
        "contact.transferred": {"contact": contact, "where": "x"},
        "contact.exposure_corrected": {"contact": contact, "last_exposure": DAY, "reason": "x"},
        "contact.released": {"contact": _over(unit, case)},
        "contacts.stopped": {"case": done, "reason": "x"},
        "contact.became_case": {"contact": contact},
        "cases.linked": _two(w, case, sure),
        "venue.visited": {"unit": unit, "person": other, "place": _venue(w), **_an_hour()},
        "link.withdrawn": {"link": link, "reason": "x"},
    }


def _classified(case: Any) -> Any:
    """The case, whose report is owed since it was found to be one."""
    from lianfang.capabilities.cases.models import ClassificationStep
    from lianfang.capabilities.cases.reporting import owe_report
    from lianfang.kernel.audit.models import Event
    from lianfang.kernel.audit.ops import ref

    step = ClassificationStep.objects.create(
        unit=case.unit, case=case, at=clock.now(), into="confirmed", edition=case.edition, by="x"
    )
    owe_report(Event(kind="case.classified", subject=ref(step)))
    return case


def _two(w: Any, case: Any, sure: dict[str, str]) -> dict[str, Any]:
    from lianfang.capabilities.cases.actions import open_case

    newest = open_case(SYSTEM, unit=w.klass, person=make.member(w.klass), definition="fever_respiratory")
    return {"infectee": newest, "infector": case, **sure}


def _venue(w: Any) -> Any:
    from lianfang.capabilities.training.actions import add_place

    return add_place(SYSTEM, unit=w.school, kind="zone", code="LIB", name="图书馆")


def _an_hour() -> dict[str, Any]:
    return {"since": clock.now() - timedelta(hours=2), "until": clock.now() - timedelta(hours=1)}


def _over(unit: Any, case: Any) -> Any:
    """A contact whose last day is today, and who was seen well."""
    from lianfang.capabilities.cases.actions import decide_contacts, name_contact, record_visit

    long_ago = clock.now() - timedelta(days=14)
    who = make.member(unit)
    contact = name_contact(SYSTEM, case=case, person=who, kind="other", since=long_ago, until=long_ago)
    [kept] = decide_contacts(SYSTEM, case=case, contacts=[contact], decision="keep", reason="x")
    record_visit(SYSTEM, contact=kept, outcome="well")
    return kept


def addresses_of_cases(w: Any) -> dict[str, str]:
    """The pages and acts of a case of the near class and of one of its contacts."""
    from lianfang.capabilities.cases.actions import name_contact, open_case
    from lianfang.capabilities.cases.models import Contact

    with within(EVERYTHING):
        contact = Contact.objects.select_related("case").first()
        if contact is None:
            case = open_case(SYSTEM, unit=w.klass, person=w.pupil, definition="fever_respiratory", date_onset=DAY)
            met = {"kind": "other", "since": clock.now() - timedelta(hours=1), "until": clock.now()}
            contact = name_contact(SYSTEM, case=case, person=make.member(w.klass), **met)
    here = f"/cases/{contact.case_id}"
    return {
        "cases/<uuid:number>": here,
        "cases/<uuid:number>/<str:act>": f"{here}/propose",
        "cases/<uuid:number>/contacts/<uuid:contact>/<str:act>": f"{here}/contacts/{contact.pk}/visit",
    }
