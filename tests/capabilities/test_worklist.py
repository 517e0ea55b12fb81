"""Whose a task is (任务归属), and what the first page and the list of tasks show of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianfang.capabilities.worklist.owed import own_rounds, own_tasks
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import actor_for
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.ops import owe_readings
from lianfang.kernel.registers.register import registers
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Unit:
    return make.unit(make.root("P"), "S", "school")


def test_a_task_is_its_owners_and_the_backups_only_once_it_is_late(school: Unit) -> None:
    owner, backup = (make.account(school, "class_head") for _ in range(2))
    with within(EVERYTHING):
        task = ops.owe(
            school, "contact", school, account_id=owner.pk, backup_id=backup.pk, opens_at=at(8), due_at=at(20),
            alert_at=at(20),
        )  # fmt: skip
        with clock.at(at(9)):
            assert list(own_tasks(actor_for(owner))) == [task]
            assert list(own_tasks(actor_for(backup))) == []
        with clock.at(at(20, 1)):
            ops.alert()
            assert list(own_tasks(actor_for(backup))) == [task]


def test_a_task_of_a_duty_is_seen_by_whoever_holds_it_there_or_above_until_it_is_done(school: Unit) -> None:
    far = make.unit(school, "S-D", "division")
    crew, nurse, elsewhere = make.actor(school, "crew"), make.actor(school, "nurse"), make.actor(far, "crew")
    with within(EVERYTHING), clock.at(at(9)):
        task = ops.owe(school, "order", school, role="crew", opens_at=at(8))
        assert [list(own_tasks(one)) for one in (crew, nurse, elsewhere)] == [[task], [], []]
        ops.settle(task, at=at(9), by="x")
        assert list(own_tasks(crew)) == []


def test_a_round_counts_the_readings_of_a_site_for_those_who_see_health(school: Unit) -> None:
    site = make.unit(school, "SITE", "site")
    people = make.members(site, 3)
    nurse, crew = make.actor(site, "nurse"), make.actor(site, "crew")
    with within(EVERYTHING), clock.at(at(9)):
        for person in people:
            policy = policy_of(site, on=DAY)
            for about in (f"stays.stay:{person.pk}", f"stays.homewatch:{person.pk}"):  # the latter is at home already
                owe_readings(site, person, about, since=at(6), last_day=DAY + timedelta(days=1), policy=policy)
        (found,) = own_rounds(nurse)
        assert (found.unit, found.slot, found.expected, found.done) == (site, "am", 3, 0)
        assert own_rounds(crew) == []


def test_the_first_page_shows_what_is_to_be_done_and_until_when(school: Unit, client: Client) -> None:
    with clock.at(at(6)):
        account = make.account(school, "crew", "crew-1")
    with within(EVERYTHING):
        ops.owe(school, "order", school, name="开班前消毒", name_en="Disinfection before the class", role="crew",
                opens_at=at(7), due_at=at(8))  # fmt: skip
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    with clock.at(at(9)):
        shown = client.get("/today").content.decode()
        assert "Disinfection before the class" in shown and "overdue" in shown
        listed = client.get("/list/tasks?state=overdue").content.decode()
    assert "Disinfection before the class" in listed


def test_readings_of_people_are_not_in_the_list_of_tasks(school: Unit) -> None:
    (person,) = make.members(school, 1)
    crew = make.actor(school, "crew")
    with within(EVERYTHING):
        policy = policy_of(school, on=DAY)
        owe_readings(school, person, person, since=at(6), last_day=DAY, policy=policy, last_slots=("am", "pm"))
        ops.owe(school, "repair", school)
    with make.acting(crew):
        assert [row.kind for row in registers["tasks"].rows(crew)] == ["repair"]
