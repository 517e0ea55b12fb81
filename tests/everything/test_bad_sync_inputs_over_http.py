"""Retries, order and long absence of phone clients, over HTTP (重发、乱序与长期离线)."""

from __future__ import annotations

import json
from contextvars import copy_context
from datetime import date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.forms import DAILY, shipped
from lianfang.kernel.reporting.models import Answer, AnswerRevision, Form, UnitReport
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.domain.reading import NOW, TODAY
from tests.world import BASE, DAYS, World, lines, report

TRIED = {f"SY-{n:03d}" for n in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 17, 18)}
ON_THE_PHONE = {f"SY-{n:03d}" for n in (15, 16, 19, 20)}
WHEN_KILLED = {"SY-007", "SY-008"}


def kept(letter: str, world: World, **more: Any) -> list[Answer]:
    with within(EVERYTHING):
        return list(Answer.objects.filter(person_id=world.persons[letter].pk, **more))


def history(letter: str, world: World) -> list[AnswerRevision]:
    with within(EVERYTHING):
        return list(AnswerRevision.objects.filter(person_id=world.persons[letter].pk).order_by("revision"))


def test_sy_001_other_content_under_the_same_key_is_a_conflict_and_the_first_stays(world: World) -> None:
    world.report(BASE)
    again = world.report(report(temperature="36.9"))
    assert (again.status_code, again.json()["code"]) == (409, "key.reused")
    assert [str(one.temperature) for one in kept("A", world)] == ["36.50"]


def test_sy_002_the_order_of_members_and_blanks_make_no_difference(world: World) -> None:
    first = world.report(BASE).json()
    turned = json.dumps(dict(reversed(BASE.items())), indent=7).encode()
    assert world.report(turned).json() == first
    assert len(kept("A", world)) == 1


def test_the_receipt_of_somebody_new_is_the_same_when_sent_again(world: World) -> None:
    new = report(person={"id_type": "passport", "id_number": "E87654321", "name": "新同学", "phone": "13800138000"})
    assert world.report(new).json() == world.report(new).json()


@pytest.mark.parametrize("key", ["k" * 2**20, "a\r\nX-Y: 1", "short", "", 7, None, "　" * 9])
def test_sy_004_and_sy_005_a_key_is_a_short_line_of_ascii(world: World, key: Any) -> None:
    refused = world.report(report() | {"key": key})
    assert refused.status_code == 422
    assert refused.json()["code"] in ("key.format", "required", "type")
    assert refused.json()["errors"][0]["field"] == "key"
    assert "X-Y" not in refused.headers


def test_sy_006_a_retry_after_thirty_days_gets_the_same_receipt(world: World) -> None:
    first = world.report(BASE).json()
    with clock.at(NOW + timedelta(days=30)):
        assert world.report(BASE).json() == first
        late = world.report(report(key="never-sent-before"))
        assert (late.status_code, late.json()["code"]) == (409, "period.closed")
    assert len(kept("A", world)) == 1


def test_sy_009_a_refusal_does_not_use_the_key_up(world: World) -> None:
    assert world.report(report(temperature=365)).status_code == 422
    assert world.report(BASE).status_code == 200
    assert len(kept("A", world)) == 1


def test_sy_010_of_five_revisions_in_any_order_the_fifth_is_in_force(world: World) -> None:
    for number in (3, 1, 5, 2, 4):
        sent = report(key=f"revision-{number}", temperature=f"36.{number}") | {"revision": number}
        assert world.report(sent).status_code == 200
    (current,) = kept("A", world)
    earlier = [(one.revision, str(one.temperature)) for one in history("A", world)]
    assert (current.revision, str(current.temperature)) == (5, "36.50")
    assert earlier == [(n, f"36.{n}0") for n in (1, 2, 3, 4)]


def test_revisions_without_numbers_count_in_the_order_in_which_they_come(world: World) -> None:
    for number in (3, 1, 2):
        world.report(report(key=f"unnumbered-{number}", temperature=f"36.{number}"))
    (current,) = kept("A", world)
    assert (current.revision, str(current.temperature), len(history("A", world))) == (3, "36.20", 2)


@pytest.mark.parametrize("temperatures", [("36.5", "38.1"), ("38.1", "36.5")])
def test_sy_011_of_two_sources_both_are_kept_and_the_higher_is_shown(
    world: World, temperatures: tuple[str, str]
) -> None:
    for actor, temperature in zip(("class_head", "duty_S1"), temperatures, strict=True):
        said = world.report(report(key=f"from-{actor}", temperature=temperature), actor=actor).json()
    assert "report.two_sources" in [note["code"] for note in said["notes"] if note["warning"]]
    (current,) = kept("A", world)
    assert (str(current.temperature), current.fever) == ("38.10", True)
    assert [str(one.temperature) for one in history("A", world)] == ["36.50"]


def test_sy_012_a_report_for_a_merged_duplicate_is_kept_for_the_person(world: World) -> None:
    with within(EVERYTHING):
        double = Person.objects.get(pk=world.persons["B"].pk)
        double.merged_into = world.persons["A"]
        double.save()
    by_number = report(person__id_number=world.number("B"), person__name="张伟")
    assert world.report(by_number).status_code == 200
    assert world.report(report(key="by-reference", person={"ref": str(double.pk)})).status_code == 200
    assert len(kept("A", world)) == 1
    assert kept("B", world) == []


def week() -> list[dict[str, Any]]:
    entered = {day: datetime.combine(day, NOW.timetz()).isoformat() for day in DAYS}
    return [
        report(key=f"of-{day}", day=str(day), reported_at=entered[day]) | {"test": None} for day in sorted(DAYS)
    ]  # fmt: skip


def test_sy_013_a_week_offline_is_counted_day_by_day_and_late(world: World) -> None:
    with within(EVERYTHING):
        school = Unit.objects.get(code="S1")
        adopt_rules(SYSTEM, unit=school, code="w", title="一周", basis="test", valid_from=date(2026, 1, 1),
                    parameters={"closes_after_days": 7})  # fmt: skip
    results = world.send("class_head", "POST", "reports/batch", {"items": week()}).json()["results"]
    assert [one["status"] for one in results] == [200] * 7
    answers = sorted(kept("A", world), key=lambda one: one.day)
    assert [one.day for one in answers] == sorted(DAYS)
    assert not any(one.on_time for one in answers)
    assert [one.claimed_at and one.claimed_at.astimezone(NOW.tzinfo).date() for one in answers] == sorted(DAYS)


def test_sy_014_closed_periods_are_named_one_by_one(world: World) -> None:
    results = world.send("class_head", "POST", "reports/batch", {"items": week()}).json()["results"]
    assert [one.get("code") for one in results] == ["period.closed"] * 4 + [None] * 3
    assert [one["key"] for one in results] == [f"of-{day}" for day in sorted(DAYS)], "each is told apart"
    assert all("closed" in one["errors"][0]["code"] and one["errors"][0]["field"] == "day" for one in results[:4])


def test_sy_017_a_form_filled_before_it_changed_is_kept_for_its_edition(world: World) -> None:
    yesterday, asked = TODAY - timedelta(days=1), shipped(DAILY)
    items = [{"code": one.code, "zh": one.zh, "en": one.en, "required": False} for one in asked.items]
    with within(EVERYTHING):
        for version, day, more in ((3, date(2026, 1, 1), []), (4, TODAY, [{"code": "new", "zh": "新项", "en": "New"}])):
            Form.objects.create(
                code=DAILY, version=version, title="t", title_en="t", hazard="h", valid_from=day, items=[*items, *more]
            )
    counts = {"expected": 40, "present": 40, "absent": 0, "fever": 0, "tested": 40, "confirmed": 0}
    sent = world.send("duty_S1", "POST", "unit-reports", {"day": str(yesterday), "form_version": 3, **counts})
    assert sent.status_code == 200, sent.content
    with within(EVERYTHING):
        stored = UnitReport.objects.get(unit__code="S1", day=yesterday)
    assert stored.form_version == 3
    assert {name: stored.values[name] for name in counts} == counts


def test_sy_018_the_same_key_twice_in_a_batch_keeps_the_first(world: World) -> None:
    items = [BASE, report(temperature="36.9")]
    first, second = world.send("class_head", "POST", "reports/batch", {"items": items}).json()["results"]
    assert (first["status"], second["status"], second["code"]) == (200, 409, "key.reused")
    assert [str(one.temperature) for one in kept("A", world)] == ["36.50"]


@pytest.mark.django_db(transaction=True)
def test_sy_003_twenty_copies_at_the_same_moment_are_one(afternoon: None) -> None:
    school = make.root("S1", "school")
    room = make.unit(school, "S1-K1", "class")
    child, head = make.member(room), make.account(room, "class_head")
    with within(EVERYTHING):
        token = new_token(head)[1]
    body, answers = json.dumps(make.answer(child, room)), []

    def send() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        answers.append(Client().post("/api/v1/reports", body, content_type="application/json", headers=headers))
        connections.close_all()

    threads = [Thread(target=copy_context().run, args=(send,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["receipt"] for one in answers}) == 1
    with within(EVERYTHING):
        assert (Answer.objects.count(), AnswerRevision.objects.count()) == (1, 0)


def test_every_line_is_tried_here_or_named() -> None:
    assert {line["id"] for line in lines("sync.jsonl")} == TRIED | ON_THE_PHONE | WHEN_KILLED
