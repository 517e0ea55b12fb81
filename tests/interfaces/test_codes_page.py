"""The page of yellow and red codes (黄码红码页): opened on a form of its own, both notices within 15 minutes."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.translation import override

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.capabilities.incidents.models import CodeEvent
from lianfang.capabilities.incidents.steps import NOTICE, ORDER
from lianfang.kernel import clock
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import of
from tests import make
from tests.incidents_world import World, built, code_event, followed
from tests.interfaces.test_incident_page import entered
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return built()


@pytest.fixture
def wang(world: World) -> Person:
    return make.member(world.school, "王小强", kind="staff")


def seen(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_J02_a_code_is_opened_on_its_own_form_and_both_notices_are_given_from_its_page(world, wang):
    duty, here = entered(world, "duty_officer"), f"/codes/{world.school.code}"
    given = {
        "person": str(wang.pk), "colour": "yellow", "cause": "到过风险区", "places": "食堂\n\n图书馆\n",
        "found_at": f"{DAY}T18:20",
    }  # fmt: skip
    with clock.at(at(18, 22)):
        form = seen(duty, f"{here}/open")
        assert "王小强" in form and "yellow" in form
        assert duty.post(f"{here}/open", given).status_code == 302
        text = seen(duty, here)
    assert "王*强" in text and "王小强" not in text and "within 15 minutes" in text
    assert text.count("by 18:35") == 2 and text.count("Mark as done") == 2
    with within(EVERYTHING):
        event = CodeEvent.objects.select_related("incident").get()
        first, second = of(event.incident, NOTICE)
        assert of(event.incident, ORDER).count() == 2
    with clock.at(at(18, 30)):
        step = f"/incidents/{event.incident_id}/step"
        assert duty.post(step, {"task": str(first.pk)}).status_code == 422, "it says whom one told"
        assert duty.post(step, {"task": str(first.pk), "note": "省专班李主任"}).status_code == 302
    with clock.at(at(18, 36)):
        text = seen(duty, here)
        assert "after 10 minutes" in text and text.count("In time") == 1 and text.count("Past its time") == 1
        assert duty.post(step, {"task": str(second.pk), "note": "社区王主任"}).status_code == 302
        text = seen(duty, here)
    assert "told 社区王主任" in text and "after 16 minutes" in text and "Done late" in text
    assert "Mark as done" not in text


def test_J02_a_yellow_answer_leads_to_the_form_with_who_which_colour_and_when(world):
    pupil, head = make.member(world.klass, "李明"), world.as_("class_head")
    with clock.at(at(7, 40)), make.acting(head):
        receive_answer(head, make.answer(pupil, world.klass, health_code="yellow"), channel="json")
    followed(at(7, 41))
    doctor = entered(world, "doctor")
    with clock.at(at(7, 45)):
        link = re.search(r'href="(/codes/S1-K1/open\?answer=[^"]+)"', doctor.get("/today").content.decode())
        form = doctor.get(link[1]).content.decode()
        assert "李明" in form and f'value="{DAY}T07:40"' in form
        assert re.search(r'value="yellow"[^>]* checked', form)
        for broken in ("x", "1/2/3/4", f"1/{DAY}/am/{pupil.pk}", "9" * 30 + f"/{DAY}/am/{pupil.pk}"):
            assert "checked" not in doctor.get("/codes/S1-K1/open", {"answer": broken}).content.decode()
        given = {"person": str(pupil.pk), "colour": "yellow", "cause": "到过风险区", "found_at": f"{DAY}T07:40"}
        assert doctor.post(link[1], given).status_code == 302
    with within(EVERYTHING):
        event = CodeEvent.objects.get()
    assert (event.person_id, event.unit.code, event.found_at) == (pupil.pk, "S1-K1", at(7, 40))


def test_what_is_missing_or_wrong_is_said_at_its_field_and_nothing_is_opened(world, wang):
    duty, here = entered(world, "duty_officer"), f"/codes/{world.school.code}/open"
    stranger = make.member(make.unit(make.root("ELSE", "county"), "ELSE-S", "school"), "外人")
    whole = {"person": str(wang.pk), "colour": "red", "cause": "x"}
    with clock.at(at(18, 20)):
        for name, value in (("person", ""), ("colour", "blue"), ("cause", ""), ("person", str(stranger.pk))):
            answer = duty.post(here, {**whole, name: value})
            assert answer.status_code == 422, name
            assert f'href="#f-{name}"' in answer.content.decode()
    with within(EVERYTHING):
        assert not CodeEvent.objects.exists()


def test_who_finds_no_codes_opens_none_and_who_sees_no_health_sees_none(world, wang):
    code_event(world, wang, at(18, 20))
    with clock.at(at(18, 25)):
        guard = entered(world, "guard")
        assert guard.get(f"/codes/{world.school.code}").status_code == 404
        assert guard.post(f"/codes/{world.school.code}/open", {"person": str(wang.pk)}).status_code == 404
        assert f"/codes/{world.school.code}" not in guard.get("/incidents/new").content.decode()
        duty = entered(world, "duty_officer")
        assert f"/codes/{world.school.code}" in duty.get("/incidents").content.decode()


def test_where_a_code_was_found_is_said_in_the_readers_language_whoever_opened_it(world, wang):
    with override("en"):
        event = code_event(world, wang, at(18, 20))
    with within(EVERYTHING):
        incident = CodeEvent.objects.select_related("incident__unit").get(pk=event.pk).incident
    with override("zh-hans"):
        assert incident.where_words == world.school.name
    with override("en"):
        assert incident.where_words == world.school.name_en
