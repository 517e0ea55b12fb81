"""Pages of classes (开班页面): what they show to whom, and that each form does its act."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from PIL import Image

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.models import (
    ClassRun,
    Enrolment,
    Marker,
    OpeningAnswer,
    WorkOrder,
    ZoneDisinfection,
)
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.evidence.models import Photo
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.training_world import EARLIER, FIRST, LAST, Academy, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def academy() -> Academy:
    with clock.at(EARLIER):
        return Academy()


def entered(academy: Academy, role: str) -> Client:
    client = Client()
    client.force_login(make.account(academy.unit, role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.content[:400]
    return re.sub(r"\s+", " ", answer.content.decode())


def posted(client: Client, address: str, status: int = 302, **fields: object) -> str:
    answer = client.post(address, fields, headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_class_is_scheduled_with_a_pasted_list_of_learners(academy: Academy):
    with clock.at(EARLIER):
        admin = entered(academy, "administrator")
        people = "甲一\tE100001\t15400000001\n甲二，E100002\n甲三"
        days = {"first_day": str(FIRST), "last_day": str(LAST)}
        posted(admin, "/training/AC/set-up", what="class", code="K1", name="第一期", people=people, **days)
        assert "第一期" in text(admin, "/training/AC")
    with within(EVERYTHING):
        assert list(Enrolment.objects.order_by("number").values_list("person__name", flat=True)) == [
            "甲一",
            "甲二",
            "甲三",
        ]


def test_a_list_that_cannot_be_read_names_the_line_and_leaves_no_class_behind(academy: Academy):
    with clock.at(EARLIER):
        admin = entered(academy, "administrator")
        days = {"first_day": str(FIRST), "last_day": str(LAST)}
        page = posted(admin, "/training/AC/set-up", 422, what="class", code="K1", name="第一期",
                      people="甲一,E100001\n甲二,110101199001010000", **days)  # fmt: skip
        assert "Line 2:" in page
    with within(EVERYTHING):
        assert not ClassRun.objects.exists()


def test_rooms_alike_and_a_phase_are_entered_on_the_page(academy: Academy):
    with clock.at(EARLIER):
        admin = entered(academy, "administrator")
        posted(admin, "/training/AC/set-up", what="rooms", kind="zone", prefix="Z", name="大厅", how_many="9")
        posted(admin, "/training/AC/set-up", what="phase", first_day=str(FIRST), last_day=str(LAST))
        assert "0 / 54" in re.sub("<[^>]*>", "", text(admin, "/training/AC"))
        assert "9" in text(admin, "/training/AC/set-up")


def test_G01_a_room_that_is_too_small_is_refused_on_the_page_with_what_would_do(academy: Academy):
    run = academy.run(118)
    with clock.at(EARLIER):
        room = academy.classroom("A", 72)
        academy.classroom("B", 60)
        page = posted(entered(academy, "class_head"), f"/training/runs/{run.pk}/do/seats", 422, rooms=str(room.pk))
        assert "has 72 seats, and the class has 118" in page
        assert "a room of at least 118 desks, or 2 rooms together: A, B" in page


def test_the_seat_plan_is_a_table_with_everybody_at_a_desk(academy: Academy):
    run = academy.run(12)
    with clock.at(EARLIER):
        room = academy.classroom("A", 12)
        head = entered(academy, "class_head")
        posted(head, f"/training/runs/{run.pk}/do/seats", rooms=str(room.pk), across="4")
        page = text(head, f"/training/runs/{run.pk}")
        assert page.count("desk-taken") == 12
        assert "学员K1-001" in page
        assert "学员" not in text(entered(academy, "auditor"), f"/training/runs/{run.pk}")


def test_H02_the_page_names_what_blocks_and_a_signature_with_a_photo_unblocks(academy: Academy):
    run = academy.run(6)
    academy.ready(run, [academy.classroom("A", 6)])
    with within(EVERYTHING):
        WorkOrder.objects.update(state="owed", signed_at=None, signed_by_id=None)
    here = f"/training/runs/{run.pk}"
    with clock.at(at(8)):
        crew, head = entered(academy, "crew"), entered(academy, "class_head")
        assert "The disinfection before the class is not done." in text(head, here)
        weak = posted(
            crew, f"{here}/do/finish", 422, agent="84", mg_l="100", minutes="30", surfaces="yes", floors="yes"
        )
        assert "at least 250 mg/L" in weak
        posted(crew, f"{here}/do/finish", agent="84", mg_l="500", minutes="30", surfaces="yes", floors="yes")
        assert "is done, and not signed off" in posted(head, f"{here}/do/open", 422)
        posted(head, f"{here}/do/sign", photo=picture())
        posted(head, f"{here}/do/open")
        assert "running" in text(head, here)
    with within(EVERYTHING):
        assert Photo.objects.count() == 1


def picture() -> io.BytesIO:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(kept, "JPEG")
    kept.seek(0)
    kept.name = "floor.jpg"
    return kept


def test_a_no_needs_a_note_and_only_what_changed_is_kept_again(academy: Academy):
    run = academy.run(6)
    with clock.at(EARLIER):
        head = entered(academy, "class_head")
        here = f"/training/runs/{run.pk}/do/answer"
        posted(head, here, 422, **{"answer-airing": "no"})
        posted(head, here, **{"answer-airing": "no", "note-airing": "窗打不开", "answer-seats": "yes"})
        posted(head, here, **{"answer-airing": "yes", "note-airing": "已修好", "answer-seats": "yes"})
    with within(EVERYTHING):
        assert OpeningAnswer.objects.filter(item="airing").count() == 2
        assert OpeningAnswer.objects.filter(item="seats").count() == 1


def test_a_round_at_the_door_is_taken_and_a_wrong_value_comes_back_alone(academy: Academy):
    run = academy.opened(4)
    here = f"/training/runs/{run.pk}/door"
    with clock.at(at(8, 30)):
        head = entered(academy, "class_head")
        page = text(head, here)
        assert page.count('placeholder="––.–"') == 4
        fields = {"c-1": "36.5", "c-2": "3.65", "c-3": "37.6", "c-4": ""}
        posted(head, here, key="round-1", day=str(FIRST), slot="am", **fields)
        page = text(head, f"{here}?day={FIRST}&slot=am&again=2")
        assert "2 of 4" in page or "1 of 4" in page
        assert "please measure a second time" in page
        assert page.count('placeholder="––.–"') == 3
        assert "Number 2:" in page
        posted(head, here, key="round-2", day=str(FIRST), slot="am", **{"c-2": "36.4", "c-3": "36.9", "c-4": "36.2"})
        assert "All 4 are measured" in text(head, here)
    with within(EVERYTHING):
        assert Reading.objects.filter(second_of=None).count() == 4
        assert Reading.objects.exclude(second_of=None).count() == 1


def test_a_round_kept_on_the_device_is_received_once_with_a_receipt(academy: Academy):
    run = academy.opened(4)
    here = f"/training/runs/{run.pk}/door"
    headers = {"Accept": "application/json", "X-Lianfang-Made-At": at(8, 20).isoformat()}
    with clock.at(at(10)):
        head = entered(academy, "class_head")
        given = {"key": "round-1", "day": str(FIRST), "slot": "am", "c-1": "36.5", "c-2": "36.6"}
        for _ in range(2):
            answer = head.post(here, given, headers=headers)
            assert answer.status_code == 200
            assert (answer.json()["key"], bool(answer.json()["receipt"])) == ("round-1", True)
    with within(EVERYTHING):
        assert set(Reading.objects.values_list("at", flat=True)) == {at(8, 20)}
        assert Reading.objects.count() == 2


def test_the_door_is_only_for_whoever_sees_health(academy: Academy):
    run = academy.opened(4)
    with clock.at(at(8, 30)):
        for role in ("crew", "auditor", "administrator", "guard"):
            assert entered(academy, role).get(f"/training/runs/{run.pk}/door").status_code == 404


def test_missing_readings_are_named_once_their_time_is_over(academy: Academy):
    run = academy.opened(4)
    with clock.at(at(11)):
        assert "4 missing" in text(entered(academy, "class_head"), f"/training/runs/{run.pk}")
        assert "1 学员K1-001" in text(entered(academy, "class_head"), f"/training/runs/{run.pk}")


def test_G03_a_meal_is_recorded_by_number_and_who_is_out_of_sitting_is_listed(academy: Academy):
    run = academy.opened(20)
    here = f"/training/runs/{run.pk}"
    with clock.at(at(9)):
        head, hall = entered(academy, "class_head"), academy.hall(3)
        posted(head, f"{here}/do/dining", place=str(hall.pk), meal="lunch", first_sitting="11:30")
    with clock.at(at(11, 45)):
        posted(head, f"{here}/do/meal", number="1", eaten="lunch")
        assert "Ate out of sitting" not in text(head, here)
        posted(head, f"{here}/do/meal", number="20", eaten="lunch")
        assert "Ate out of sitting" in text(head, here)
        posted(head, f"{here}/do/meal", 422, number="99", eaten="lunch")
        posted(head, f"{here}/do/meal", 422, number="1", eaten="dinner")


def test_the_closing_report_is_a_pdf_of_a_closed_class_only(academy: Academy):
    run = academy.opened(4)
    academy.measured(run, FIRST, "am")
    with clock.at(at(19, day=LAST)):
        head = entered(academy, "class_head")
        assert head.get(f"/training/runs/{run.pk}/report.pdf").status_code == 404
        posted(head, f"/training/runs/{run.pk}/do/close")
        answer = head.get(f"/training/runs/{run.pk}/report.pdf")
        assert answer.content.startswith(b"%PDF")
        assert "4 / 24" in re.sub("<[^>]*>", "", text(head, f"/training/runs/{run.pk}"))


def test_the_report_of_a_phase_is_a_pdf(academy: Academy):
    with clock.at(EARLIER), make.acting(academy.admin) as admin:
        acts.begin_phase(admin, unit=academy.unit, first_day=FIRST, last_day=LAST)
    run = academy.opened(4)
    academy.closed(run)
    with clock.at(at(19, day=LAST)):
        client = entered(academy, "administrator")
        assert client.get("/training/AC/report.pdf").content.startswith(b"%PDF")


def test_zones_are_recorded_together_and_the_missing_one_is_named(academy: Academy):
    with clock.at(EARLIER):
        zones = academy.zones(3)
        with make.acting(academy.admin) as admin:
            acts.begin_phase(admin, unit=academy.unit, first_day=FIRST, last_day=LAST)
    with clock.at(at(11)):
        crew = entered(academy, "crew")
        ticked = [f"{zone.pk}/am" for zone in zones[:2]]
        posted(crew, "/training/AC/zones", zone=ticked, agent="84", mg_l="500", minutes="30")
        posted(crew, "/training/AC/zones", 422, zone=[f"{zones[2].pk}/am"], agent="84", mg_l="5", minutes="30")
    with clock.at(at(12, 30)):
        page = text(entered(academy, "administrator"), "/training/AC")
        assert "1 disinfection is over its time" in page
        assert "公共区3" in page
    with within(EVERYTHING):
        assert ZoneDisinfection.objects.count() == 2


def test_G04_a_spot_is_added_checked_and_repaired_on_its_page(academy: Academy):
    with clock.at(at(9)):
        admin, crew = entered(academy, "administrator"), entered(academy, "crew")
        posted(admin, "/spots/AC", add="yes", code="S1", name="食堂入口", kind="line", spacing_m="1", visible="yes")
        with within(EVERYTHING):
            marker = Marker.objects.get()
        posted(crew, "/spots/AC", 422, marker=str(marker.pk), result="worn")
        posted(crew, "/spots/AC", marker=str(marker.pk), result="worn", evidence="磨损")
        page = text(entered(academy, "auditor"), "/spots/AC")
        assert "repair open" in page
        assert str(FIRST + timedelta(days=7)) in page
        assert '<form method="post" action="/spots' not in page
        posted(crew, "/spots/AC", marker=str(marker.pk), result="repaired", evidence="重贴")
        assert "repair open" not in text(crew, "/spots/AC")


def test_what_is_not_there_and_what_is_not_yours_answer_alike(academy: Academy):
    run = academy.run(2)
    with clock.at(EARLIER):
        other = make.unit(academy.unit.parent, "OTHER", "institute")
        client = Client()
        client.force_login(make.account(other, "administrator"), backend="django.contrib.auth.backends.ModelBackend")
        for address in (
            "/training/AC",
            "/spots/AC",
            "/training/AC/zones",
            f"/training/runs/{run.pk}",
            "/training/AC/set-up",
        ):
            assert client.get(address).status_code == 404
        assert client.post(f"/training/runs/{run.pk}/do/open").status_code == 404
        assert Account.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "seats", "rooms": "x"},
        {"act": "seats", "across": "-1", "rooms": ""},
        {"act": "dining", "place": "x", "meal": "lunch", "first_sitting": "99:99"},
        {"act": "finish", "agent": "84", "mg_l": "9" * 30, "minutes": "30"},
        {"act": "answer", "answer-airing": "maybe"},
        {"act": "accept", "reason": ""},
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_changes(academy: Academy, fields: dict):
    run = academy.run(6)
    with clock.at(EARLIER):
        posted(entered(academy, "administrator"), f"/training/runs/{run.pk}/do/{fields.pop('act')}", 422, **fields)


def test_the_overview_counts_a_class_that_is_to_come_as_its_own_page_does(academy: Academy):
    run = academy.run(39)
    with clock.at(EARLIER):
        admin = entered(academy, "administrator")
        for address in ("/training/AC", f"/training/runs/{run.pk}"):
            shown = " ".join(re.sub("<[^>]*>", " ", text(admin, address)).split())
            assert re.search(r"(Classes 1 Attendances 39|1 Classes 39 Attendances)", shown), (address, shown)
