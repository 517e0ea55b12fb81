"""The page of after-action packs (总结与资料): asked for, made by the worker, every version kept, taken on record."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lianfang.capabilities.briefings.models import FAILED, MADE, WAITING, Pack
from lianfang.interfaces.after_action import making
from lianfang.interfaces.worker.sweep import sweep
from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.incidents_world import World, built, raised
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
HERE = "/after-action/S1"
PERIOD = {"since": str(DAY - timedelta(days=9)), "until": str(DAY)}


@pytest.fixture
def world() -> World:
    return built()


def entered(where: Any, role: str, lang: str = "en") -> Client:
    with clock.at(at(6)):
        account = make.account(where, role)
    client = Client(headers={"accept-language": lang})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def made() -> int:
    """What the worker's step does in one pass."""
    with within(EVERYTHING):
        return making.make_one()


def packs() -> list[Pack]:
    with within(EVERYTHING):
        return list(Pack.objects.order_by("asked_at", "version"))


def test_S04_the_pack_is_asked_for_on_a_page_made_by_the_worker_and_taken_as_a_file(world: World):
    leader = entered(world.school, "leader")
    with clock.at(at(9)):
        asked = leader.post(f"{HERE}/ask", PERIOD, follow=True).content.decode()
        assert "made in the background" in asked
        assert 'hx-trigger="every 5s"' in asked
        assert f"{packs()[0].pk}.zip" not in asked
        assert sweep()["packed"] == 1
        assert sweep()["packed"] == 0
        (pack,) = packs()
        page = leader.get(HERE).content.decode()
        assert f"{HERE}/{pack.pk}.zip" in page
        assert "hx-trigger" not in page
        answer = leader.get(f"{HERE}/{pack.pk}.zip")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"report-zh.pdf", "report-en.docx", "workbook-en.xlsx", "research/stays.csv", "manifest.json"} <= set(names)
    assert (len(names), len(answer.content)) == (pack.files, pack.size)
    assert f"after-action-S1-{PERIOD['since']}-{PERIOD['until']}-v1.zip" in answer["Content-Disposition"]
    with within(EVERYTHING):
        kinds = Event.objects.filter(kind__startswith="pack.").order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["pack.asked", "pack.made", "pack.taken"]


def test_a_pack_asked_for_again_is_a_further_version_and_the_first_stays_as_it_was(world: World):
    leader = entered(world.school, "leader")
    with clock.at(at(9)):
        leader.post(f"{HERE}/ask", PERIOD)
        twice = leader.post(f"{HERE}/ask", PERIOD)
        assert twice.status_code == 422
        assert "has been asked for and is being made" in twice.content.decode()
        made()
    first = packs()[0]
    with clock.at(at(11)):
        leader.post(f"{HERE}/ask", PERIOD)
        made()
        again = leader.get(f"{HERE}/{first.pk}.zip")
    assert [(one.version, one.state) for one in packs()] == [(1, MADE), (2, MADE)]
    assert again.content == bytes(first.content)


def test_an_incident_gives_its_unit_and_its_days(world: World):
    with clock.at(at(10, day=DAY - timedelta(days=2))):
        incident = raised(world, at(10, day=DAY - timedelta(days=2)))
    officer = entered(world.county, "officer")
    with clock.at(at(9)):
        assert f'value="{incident.pk}"' in officer.get("/after-action/N1").content.decode()
        officer.post("/after-action/N1/ask", {"incident": str(incident.pk)})
        unknown = officer.post("/after-action/N1/ask", {"incident": "nonsense"})
    (pack,) = packs()
    assert (pack.unit, pack.since, pack.until) == (world.school, DAY - timedelta(days=2), DAY)
    assert pack.about == str(incident)
    assert unknown.status_code == 422


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"until": str(DAY + timedelta(days=1))}, "must be today or earlier"),
        ({"until": str(DAY - timedelta(days=20))}, "must be after"),
        ({"since": "abc"}, "must be a date such as"),
    ],
)
def test_a_period_that_cannot_be_is_said_at_its_field_and_nothing_is_asked(world: World, given: Any, sentence: str):
    leader = entered(world.school, "leader")
    with clock.at(at(9)):
        answer = leader.post(f"{HERE}/ask", {**PERIOD, **given})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert packs() == []


@pytest.mark.parametrize("role", ["duty_officer", "doctor", "auditor"])
def test_only_who_may_make_packs_finds_the_page_and_its_files(world: World, role: str):
    with clock.at(at(9)):
        entered(world.school, "leader").post(f"{HERE}/ask", PERIOD)
        made()
        other = entered(world.school, role)
        number = packs()[0].pk
        assert other.get(HERE).status_code == 404
        assert other.get(f"{HERE}/{number}.zip").status_code == 404
        assert other.post(f"{HERE}/ask", PERIOD).status_code == 404
        assert other.get("/api/v1/packs/").status_code in (403, 404)
    assert len(packs()) == 1


def test_a_pack_of_another_school_is_not_there(world: World):
    other = make.unit(world.county, "S2", "school")
    with clock.at(at(9)):
        entered(world.school, "leader").post(f"{HERE}/ask", PERIOD)
        made()
        assert entered(other, "leader").get(f"/after-action/S2/{packs()[0].pk}.zip").status_code == 404


def test_one_that_fails_says_so_and_the_next_is_made(world: World, monkeypatch: pytest.MonkeyPatch):
    leader = entered(world.school, "leader")

    def breaks(*_by: Any, **_asked: Any) -> Any:
        raise ZeroDivisionError

    with clock.at(at(9)):
        leader.post(f"{HERE}/ask", PERIOD)
        with monkeypatch.context() as broken:
            broken.setattr(making, "pack_of", breaks)
            assert made() == 1
        assert "The pack could not be made" in leader.get(HERE).content.decode()
        leader.post(f"{HERE}/ask", PERIOD)
        assert [one.state for one in packs()] == [FAILED, WAITING]
        made()
    assert [one.state for one in packs()] == [FAILED, MADE]


def test_the_link_stands_in_the_menu_of_those_who_make_packs(world: World):
    with clock.at(at(9)):
        assert f'href="{HERE}"' in entered(world.school, "leader").get("/today").content.decode()
        assert f'href="{HERE}"' not in entered(world.school, "duty_officer").get("/today").content.decode()
