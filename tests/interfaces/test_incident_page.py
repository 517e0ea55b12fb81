"""The pages of incidents (处置页): what each role sees and does, what a device brings, and the paper."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.test import Client

from lianfang.capabilities.incidents.actions import plan_patrol, watch_class
from lianfang.capabilities.incidents.models import ClusterAlert, CodeEvent, Incident, Stop
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import new_account
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import of
from tests import make
from tests.incidents_world import World, answered, built, code_event, points, pupils, raised, step_of, stopped
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return built()


def entered(world: World, role: str) -> Client:
    return signed_in(Account.objects.get(pk=world.as_(role).account_id))


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(client: Client, moment: datetime, **posted: str):
    """What a device's outbox sends."""
    with clock.at(moment):
        return client.post("/incidents/new", posted, headers={"Accept": "application/json"})


def raise_json(client: Client, moment: datetime, **more: str):
    return sent(client, moment, **{"kind": "illness", "where": "东门", "key": "device-1", **more})


def test_J01_a_guard_raises_an_emergency_and_comes_to_its_page(world):
    guard = entered(world, "guard")
    with clock.at(at(9)):
        assert guard.get("/incidents/new").status_code == 200
        answer = guard.post("/incidents/new", {"kind": "illness", "where": "东门"})
        assert answer.status_code == 302
        text = guard.get(answer["Location"]).content.decode()
    assert "东门" in text and "Handled on the scene" in text


def test_J01_what_was_done_without_a_network_comes_in_with_its_true_times_and_once(world):
    guard = entered(world, "guard")
    later = at(10)
    raised_at, contained_at = at(9).isoformat(), at(9, 7, 30).isoformat()
    for _again in range(2):
        first = raise_json(guard, later, at=raised_at)
        stop = sent(guard, later, key="device-2", incident="device-1", stop="contained", at=contained_at)
        assert (first.status_code, stop.status_code) == (200, 200)
        assert first.json()["key"] == "device-1" and first.json()["receipt"]
    with within(EVERYTHING):
        incident, kept = Incident.objects.get(), Stop.objects.get()
    assert (incident.detected_at, incident.handled_seconds) == (at(9), 450)
    assert (kept.claimed_at, kept.received_at) == (at(9, 7, 30), later)
    with clock.at(later):
        text = guard.get(f"/incidents/{incident.pk}").content.decode()
    assert "07:30" in text and "received at 10:00:00" in text


def test_the_same_key_with_other_content_is_refused_and_changes_nothing(world):
    guard = entered(world, "guard")
    raise_json(guard, at(9))
    assert raise_json(guard, at(9), note="another").status_code == 409
    with within(EVERYTHING):
        assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "war"},
        {"where": ""},
        {"at": "yesterday"},
        {"at": "2026-03-02T09:00:00"},
        {"stop": "contained", "incident": "nothing"},
        {"stop": "finished", "incident": "device-0"},
    ],
)
def test_a_bad_entry_is_refused_with_its_place_and_leaves_nothing_half_written(world, wrong):
    guard = entered(world, "guard")
    raise_json(guard, at(9), key="device-0")
    answer = raise_json(guard, at(9), **wrong)
    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["field"]
    with within(EVERYTHING):
        assert (Incident.objects.count(), Stop.objects.count()) == (1, 0)


def test_somebody_elses_key_names_nothing(world):
    raise_json(entered(world, "guard"), at(9))
    answer = sent(entered(world, "nurse"), at(9), key="x", incident="device-1", stop="contained")
    assert answer.status_code == 404


def test_the_kept_page_names_nobody_and_needs_no_sign_in(world):
    with clock.at(at(9)):
        answer = Client().get("/incidents/shell")
    text = answer.content.decode()
    assert answer.status_code == 200 and "data-offline-shell" in text
    assert "云岭" not in text and "csrfmiddlewaretoken" not in text


def test_a_lead_works_an_incident_through_on_its_page(world):
    incident = raised(world, at(9), kind="other")
    url = f"/incidents/{incident.pk}"
    duty = entered(world, "duty_officer")
    with clock.at(at(9, 2)):
        duty.post(f"{url}/answer")
        duty.post(f"{url}/stop", {"stop": "contained"})
        for number in (1, 2, 3):
            duty.post(f"{url}/step", {"task": str(step_of(incident, number).pk), "note": "好"})
        duty.post(f"{url}/note", {"text": "请派车", "to": "县医院"})
        duty.post(f"{url}/brief", {"situation": "停电", "severity": "minor"})
    with clock.at(at(9, 12)):
        duty.post(f"{url}/stop", {"stop": "reported"})
        refused = duty.post(f"{url}/close", {"outcome": "恢复供电"})
        assert refused.status_code == 422
        text = refused.content.decode()
        assert "Please give the cause" in text and "恢复供电" in text
        assert duty.post(f"{url}/close", {"cause": "电话占线", "outcome": "恢复供电"}).status_code == 302
        text = duty.get(url).content.decode()
    assert "电话占线" in text and "Over the limit" in text
    with within(EVERYTHING):
        assert Incident.objects.get().state == "closed"


def test_a_guard_sees_no_button_of_the_lead(world):
    incident = raised(world, at(9))
    with clock.at(at(9, 1)):
        text = entered(world, "guard").get(f"/incidents/{incident.pk}").content.decode()
    assert "/stop" in text and "/close" not in text and "/brief" not in text.replace("/briefing", "")


def test_a_step_of_another_incident_is_not_done_through_this_address(world):
    one, other = raised(world, at(9)), raised(world, at(9, 1))
    with clock.at(at(9, 2)):
        answer = entered(world, "nurse").post(f"/incidents/{one.pk}/step", {"task": str(step_of(other, 1).pk)})
    assert answer.status_code == 422
    assert step_of(other, 1).settled_at is None


def test_the_list_shows_the_open_ones_first_with_their_clocks(world):
    raised(world, at(9))
    with clock.at(at(9, 4)):
        text = entered(world, "officer").get("/incidents").content.decode()
    assert "04:00" in text and text.index("Being handled") < text.index("东门")


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_J04_the_briefing_prints_as_a_paper(world, lang):
    incident = raised(world, at(9))
    stopped(world, incident, "on_scene", at(9, 2))
    client = entered(world, "duty_officer")
    client.cookies["django_language"] = lang
    with clock.at(at(9, 5)):
        answer = client.get(f"/incidents/{incident.pk}/briefing.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer["Cache-Control"] == "no-store"


def test_J02_the_doctor_sees_the_person_and_the_guard_does_not(world):
    person = make.member(world.school, "王小强", kind="staff")
    event = code_event(world, person, at(18, 20))
    url = f"/incidents/{event.incident_id}"
    with clock.at(at(18, 30)):
        doctor = entered(world, "doctor").get(url).content.decode()
        guard = entered(world, "guard").get(url).content.decode()
    assert "王*强" in doctor and "到过风险区" in doctor and "王小强" not in doctor
    assert "王*强" not in guard and "到过风险区" not in guard


def test_J02_the_person_sees_every_entry_and_records_a_reading(world):
    person = make.member(world.school, "王小强", kind="staff")
    event = code_event(world, person, at(18, 20))
    with within(EVERYTHING):
        account = new_account("own-wang", person.name)
        account.person_id = person.pk
        account.save()
    me = signed_in(account)
    with clock.at(at(19)):
        text = me.get("/incidents/own").content.decode()
        assert me.post("/incidents/own", {"event": str(event.pk), "celsius": "36.6"}).status_code == 302
        bad = me.post("/incidents/own", {"event": str(event.pk), "celsius": "366"})
        foreign = me.post("/incidents/own", {"event": str(world.school.pk), "celsius": "36.6"})
    assert "到过风险区" in text and "/me/statuses" in text
    assert "Tell the superior office" in text and len(re.findall("Disinfect: ", text)) == 4
    assert (bad.status_code, foreign.status_code) == (422, 422)
    with within(EVERYTHING):
        assert Reading.objects.get().subject.endswith(str(event.pk))
        assert CodeEvent.objects.count() == 1


def test_J05_the_county_sees_the_alert_without_names_and_the_doctor_works_it(world):
    who = pupils(world, 5)
    for person in who:
        answered(world.klass, person, symptoms=["fever"])
    with clock.at(at(9)):
        watch_class(world.klass, DAY)
    with within(EVERYTHING):
        alert = ClusterAlert.objects.get()
    url = f"/alerts/clusters/{alert.pk}"
    doctor, county = entered(world, "doctor"), entered(world, "officer")
    with clock.at(at(9, 30)):
        assert "/people/" in doctor.get(url).content.decode()
        assert "/people/" not in county.get(url).content.decode()
        assert "5 cases" in county.get("/alerts/clusters").content.decode()
        assert doctor.post(f"{url}/assess", {"likelihood": "likely", "consequence": "minor"}).status_code == 422
        assert doctor.post(f"{url}/verify", {"note": "核实"}, headers={"accept-language": "zh"}).status_code == 302
        with within(EVERYTHING):
            incident = Incident.objects.get()
        opened = f"/incidents/{incident.pk}"
        assert incident.note == "" and "<dd>fever" in doctor.get(opened).content.decode().lower()
        assert "<dd>发热" in doctor.get(opened, headers={"accept-language": "zh"}).content.decode()
        assert doctor.post(f"{url}/assess", {"likelihood": "likely", "consequence": "minor"}).status_code == 302
        assert doctor.post(f"{url}/grade", {"grade": "low"}).status_code == 422
        assert doctor.post(f"{url}/grade", {"grade": "moderate"}).status_code == 302
        with within(EVERYTHING):
            task = of(alert, "report").get(number=1)
        assert doctor.post(f"{url}/report", {"task": str(task.pk)}).status_code == 302
        assert doctor.post(f"{url}/settle", {"outcome": "outbreak"}).status_code == 302
    with within(EVERYTHING):
        alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.grade) == ("closed", "outbreak", "moderate")


def test_J06_a_patrol_is_walked_on_a_phone_and_a_hazard_opens_its_page(world):
    where = points(world, 2)
    with clock.at(at(7)), make.acting(world.as_("duty_officer")) as who:
        patrol = plan_patrol(who, unit=world.school, name="防汛巡查", kind="hazard_flood", points=where)
    guard, url = entered(world, "guard"), f"/incidents/patrols/{patrol.pk}"
    with clock.at(at(8)):
        assert guard.get(url).content.decode().count('name="fine" value="yes"') == 2
        assert guard.post(url, {"place": str(where[0].pk), "fine": "no"}).status_code == 422
        found = guard.post(url, {"place": str(where[0].pk), "fine": "no", "note": "排水沟堵"})
        assert found["Location"].startswith("/incidents/")
        guard.post(url, {"place": str(where[1].pk), "fine": "yes"})
    with within(EVERYTHING):
        assert Incident.objects.get().kind == "hazard_flood"


def test_a_page_of_an_incident_stays_within_its_weight(world):
    incident = raised(world, at(9))
    with clock.at(at(9, 1)):
        answer = entered(world, "duty_officer").get(f"/incidents/{incident.pk}", headers={"Accept-Encoding": "gzip"})
    assert len(answer.content) < 15_000
