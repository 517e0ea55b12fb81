"""Cases and contacts in a browser (病例密接页): on a phone, at a desk, many decided in a few presses."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.cases.actions import (
    classify_case,
    contact_became_case,
    decide_contacts,
    open_case,
    propose_contacts,
    record_test,
    record_visit,
)
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.kernel import clock
from lianfang.kernel.places.models import BED, CLASSROOM, DORMITORY, SEAT, Place
from lianfang.kernel.places.ops import occupy
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, NARROW, PHONE, House, Visitor
from tests.browser.world import set_clock
from tests.incidents_world import followed
from tests.make import DAY, at

EARLIER = DAY - timedelta(days=5)
MOST_BYTES = 60 * 1024


@pytest.fixture(scope="module")
def found(house: House) -> tuple[House, Case, Case]:
    """A boarder fell ill five days ago; of 30 met, 12 are followed up, two fell ill, one of them infected another."""
    world = house.world
    people = [world.people[f"pupil-{n}"] for n in range(36)]
    with within(EVERYTHING), clock.at(at(8, day=EARLIER - timedelta(days=5))):
        _seat(world.units["SC"], people)
    with clock.at(at(15, day=EARLIER)), make.acting(world.actor("doctor")) as doctor:
        case = _case(doctor, world.units["SC"], people[0], EARLIER)
        contacts = propose_contacts(doctor, case=case)
        decide_contacts(doctor, case=case, contacts=contacts[:12], decision="keep", reason="同宿舍、同组，共处时间长")
        decide_contacts(doctor, case=case, contacts=contacts[12:], decision="advise")
        record_test(doctor, case=case, kind="laboratory", result="positive")
        classify_case(doctor, case=case, into="confirmed")
    followed(at(15, 1, day=EARLIER))  # its report is owed
    with clock.at(at(9, day=EARLIER + timedelta(days=2))), make.acting(world.actor("doctor")) as doctor:
        for contact in contacts[:9]:
            record_visit(doctor, contact=contact, outcome="well")
        days = EARLIER + timedelta(days=1), EARLIER + timedelta(days=2)
        second, third = (
            contact_became_case(doctor, contact=one, date_onset=day, symptoms=["fever", "cough"])
            for one, day in zip(contacts[:2], days, strict=True)
        )
        classify_case(doctor, case=second, into="probable", reason="与确诊病例同宿舍")
    with clock.at(at(9, day=DAY)), make.acting(world.actor("doctor")) as doctor:
        open_ = _case(doctor, world.units["SC"], people[30], DAY)
        propose_contacts(doctor, case=open_)
    assert third.was_contact
    return house, case, open_


def _seat(school: Any, people: list[Any]) -> None:
    dormitory = Place.objects.create(unit=school, kind=DORMITORY, code="D301", name="3号楼301", capacity=8)
    room = Place.objects.create(unit=school, kind=CLASSROOM, code="R101", name="教学楼101", capacity=60)
    for number, person in enumerate(people):
        common = {"unit": school, "person": person, "since": clock.now()}
        if number < 4:
            occupy(place=dormitory, layer=BED, spot=f"B{number}", **common)
        occupy(place=room, layer=SEAT, spot=f"{number // 6 + 1}-{number % 6 + 1}", party=f"G{number // 9}", **common)


def _case(doctor: Any, school: Any, person: Any, onset: Any) -> Case:
    about = {"definition": "fever_respiratory", "source": "reading", "symptoms": ["fever", "cough"]}
    return open_case(doctor, unit=school, person=person, date_onset=onset, celsius=Decimal("38.1"), **about)


def looked_at(visitor: Visitor, path: str, name: str) -> list[str]:
    assert visitor.open(path).status == 200
    found = ill_formed(visitor.page, visitor.lang) + barriers_in_turn(visitor.page)
    found += [one] if (one := too_wide(visitor.page)) else []
    visitor.picture(name)
    return [f"{path}: {one}" for one in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_cases_are_whole(found: Any, size: Any, lang: str) -> None:
    house, case, open_ = found
    set_clock(16, 30)
    with house.visit("doctor", lang=lang, size=size) as visitor:
        said = looked_at(visitor, "/cases", "cases")
        said += looked_at(visitor, f"/cases/{case.pk}", "case")
        said += looked_at(visitor, f"/cases/{open_.pk}", "case-deciding")
        said += looked_at(visitor, "/cases/kpis?unit=SC", "cases-kpis")
        said += looked_at(visitor, "/cases/open", "cases-open")
    assert said == []


def test_a_case_fits_a_narrow_phone_and_a_working_page(found: Any) -> None:
    house, case, open_ = found
    set_clock(16, 30)
    with house.visit("doctor", size=NARROW) as visitor:
        for one in (case, open_):
            answer = visitor.open(f"/cases/{one.pk}")
            assert too_wide(visitor.page) == ""
            assert int(answer.headers.get("content-length", 0)) <= MOST_BYTES


def test_J03_contacts_are_decided_in_three_presses(found: Any) -> None:
    house, _case, open_ = found
    set_clock(16, 30)
    with within(EVERYTHING):
        close = Contact.objects.filter(case=open_, grade="close", state="proposed").count()
        all_ = Contact.objects.filter(case=open_, state="proposed").count()
    with house.visit("doctor", size=DESK) as visitor:
        visitor.open(f"/cases/{open_.pk}")
        page = visitor.page
        page.locator('[data-set="keep"]').click()
        page.locator('[data-set="advise"]').click()
        page.locator("form[data-deciding] button.primary").click()
        expect(page.locator(".notice-ok")).to_contain_text(str(all_))
        page.wait_for_url(f"**/cases/{open_.pk}")
    with within(EVERYTHING):
        states = list(Contact.objects.filter(case=open_).values_list("state", flat=True))
    assert states.count("under_follow_up") == close
    assert states.count("advised") == all_ - close
