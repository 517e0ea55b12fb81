"""Two doctors at once (并发): contacts are proposed once, decided once, and a person is one open case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from lianfang.capabilities.cases.actions import decide_contacts, open_case, propose_contacts
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.cases_world import EVENING, Campus

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 30  # seconds


@pytest.fixture
def campus() -> Iterator[Campus]:
    with clock.at(EVENING):
        yield Campus(room_mates=2, group=1, others=20)


def at_once(campus: Campus, *acts: Callable[[Any], Any]) -> list[str]:
    """What became of each, done at the same moment on a connection of its own: "done" or why not."""
    ready, said = threading.Barrier(len(acts)), ["?"] * len(acts)

    def run(index: int, act: Callable[[Any], Any]) -> None:
        try:
            ready.wait(WAIT)
            with clock.at(EVENING), make.acting(campus.doctor) as doctor:
                act(doctor)
            said[index] = "done"
        except Refused as refused:
            said[index] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    return said


def test_two_who_propose_at_once_leave_one_row_a_person(campus):
    with make.acting(campus.doctor):
        case = campus.case()
    said = at_once(campus, *[lambda doctor: propose_contacts(doctor, case=case)] * 2)
    assert said == ["done", "done"]
    with within(EVERYTHING):
        assert Contact.objects.filter(case=case).count() == 23


def test_of_two_who_keep_and_advise_one_is_told_that_it_is_decided(campus):
    with make.acting(campus.doctor):
        case = campus.case()
        one = campus.proposed(case)[0]

    def keep(doctor: Any) -> None:
        decide_contacts(doctor, case=case, contacts=[one], decision="keep", reason="同住")

    said = at_once(campus, keep, keep)
    assert sorted(said) == ["done", "flow.condition"]
    with within(EVERYTHING):
        assert Status.objects.filter(person=one.person_id, kind="contact").count() == 1
        assert Task.objects.filter(person=one.person_id, kind="visit").count() == 14


def test_of_two_who_open_a_case_for_one_person_one_is_refused(campus):
    given = {"unit": campus.school, "person": campus.boarder, "definition": "fever_respiratory"}
    said = at_once(campus, *[lambda doctor: open_case(doctor, **given)] * 2)
    assert sorted(said) in (["case.open_already", "done"], ["constraint", "done"], ["done", "invalid"])
    with within(EVERYTHING):
        assert Case.objects.count() == 1
