"""Referral from an incident (转诊): provider, transport, handed over, taken in; on page, log and paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override

from lianfang.capabilities.incidents.actions import accept_referral, refer
from lianfang.capabilities.incidents.models import Incident, Referral
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.incidents_paper import drawn
from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.incidents_world import World, built, raised, stopped
from tests.interfaces.test_incident_page import entered
from tests.make import at

pytestmark = pytest.mark.django_db
GIVEN = {"provider": "县人民医院", "transport": "120 急救车"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return built()


def referred(world: World, incident: Incident, **more: object) -> Referral:
    with clock.at(at(9, 20)), make.acting(world.as_("doctor")) as who:
        made: Referral = refer(who, incident=incident, **GIVEN | more)
    return made


def refused(world: World, code: str, incident: Incident, **more: object) -> None:
    with pytest.raises(Refused, match=code):
        referred(world, incident, **more)


def test_J04_a_referral_keeps_provider_transport_and_both_times(world):
    made = referred(world, raised(world, at(9)), handed_over_at=at(9, 15))
    assert (made.handed_over_at, made.handed_over_by, made.accepted_at) == (at(9, 15), world.as_("doctor").name, None)
    with clock.at(at(9, 45)), make.acting(world.as_("duty_officer")) as who:
        for moment, code in ((at(9, 46), "date.in_future"), (at(9, 14), "date.order")):
            with pytest.raises(Refused, match=code):
                accept_referral(who, referral=made, accepted_by="急诊科", accepted_at=moment)
        done = accept_referral(who, referral=made, accepted_by="急诊科", accepted_at=at(9, 40))
        with pytest.raises(Refused, match=r"referral\.accepted"):
            accept_referral(who, referral=made, accepted_by="急诊科")
    assert (done.accepted_at, done.accepted_by) == (at(9, 40), "急诊科")


def test_J04_a_referral_that_cannot_be_is_refused(world):
    incident = raised(world, at(9))
    refused(world, "required", incident, provider=" ")
    refused(world, "required", incident, transport="")
    refused(world, "date.in_future", incident, handed_over_at=at(9, 21))
    refused(world, "date.order", incident, handed_over_at=at(9) - MINUTE)
    stopped(world, incident, "contained", at(9, 5))
    with within(EVERYTHING):
        Incident.objects.update(state="closed", closed_at=at(9, 10), closed_by="x")
    refused(world, "flow.condition", incident)


def test_J04_the_referral_is_on_the_page_in_the_log_on_paper_and_in_the_api(world):
    incident = raised(world, at(9))
    doctor, guard, page = entered(world, "doctor"), entered(world, "guard"), f"/incidents/{incident.pk}"
    with clock.at(at(9, 20)):
        assert "Record a referral" in doctor.get(page).content.decode()
        assert "Record a referral" not in guard.get(page).content.decode()
        assert doctor.post(f"{page}/refer", {**GIVEN, "provider": ""}).status_code == 422
        assert doctor.post(f"{page}/refer", GIVEN).status_code == 302
    with within(EVERYTHING):
        referral = Referral.objects.get()
    with clock.at(at(9, 40)):
        other = raised(world, at(9, 30))
        took = {"referral": str(referral.pk), "accepted_by": "急诊科"}
        assert doctor.post(f"/incidents/{other.pk}/accept", took).status_code == 422
        assert doctor.post(f"{page}/accept", took).status_code == 302
        text = doctor.get(page).content.decode()
        assert "县人民医院" in text and "120 急救车" in text and "taken in" in text
        [row] = doctor.get("/api/v1/referrals/").json()["rows"]
    assert (row["provider"], row["transport"], row["accepted_by"]) == ("县人民医院", "120 急救车", "急诊科")
    with within(EVERYTHING), override("en"):
        paper = drawn(incident, by="x")
    assert [one[:2] for one in paper["referrals"]["rows"]] == [["县人民医院", "120 急救车"]]
    said = [line[1] for line in paper["log"]["rows"]]
    assert "Handed over to 县人民医院 • 120 急救车" in said and "Taken in at 县人民医院" in said
