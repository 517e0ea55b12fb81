"""The worker's passes (后台巡查): events each once and never in each other's way, steps that fail, the loop."""

from __future__ import annotations

import os
import signal
import threading
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from lianfang.interfaces.worker import sweep as passes
from lianfang.interfaces.worker.sweep import Worker, sweep
from lianfang.interfaces.worker.watch import stop_on_signals, watch
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.alerts.models import Heartbeat
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event, Handling
from lianfang.kernel.audit.ops import record
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import at

pytestmark = pytest.mark.django_db


def happened(kind: str, number: int = 1) -> None:
    """Events of a kind, one after the other."""
    for n in range(number):
        with clock.at(at(8, n)), within(EVERYTHING):
            record(kind, by=SYSTEM, unit=None, subject=f"test:{n}", facts={})


def test_a_failing_reaction_is_tried_again_later_and_holds_up_neither_its_event_nor_others():
    done: list[str] = []
    broken = True

    def stumble(event: Event) -> None:
        if broken and event.subject == "test:0":
            raise ZeroDivisionError
        done.append(f"stumble {event.subject}")

    def go_on(event: Event) -> None:
        done.append(f"go on {event.subject}")

    happened("test.happened", 2)

    def come_last(event: Event) -> None:
        done.append(f"come last {event.subject}")

    plan = {"test.happened": (go_on, stumble, come_last)}
    with clock.at(at(9)):
        assert dispatch(plan) == 1
        assert dispatch(plan) == 0
    assert done == ["go on test:0", "come last test:0", "go on test:1", "stumble test:1", "come last test:1"]
    broken = False
    with clock.at(at(9, 1)):
        assert dispatch(plan) == 1
        assert dispatch(plan) == 0
    assert done[5:] == ["stumble test:0"]


def test_what_a_failing_reaction_had_written_is_undone():
    def half(event: Event) -> None:
        Heartbeat.objects.create(process="half", at=at(8))
        raise ZeroDivisionError

    happened("test.happened")
    with clock.at(at(9)):
        dispatch({"test.happened": (half,)})
    with within(EVERYTHING):
        assert not Heartbeat.objects.filter(process="half").exists()
        noted = Handling.objects.get()
    assert (noted.tries, noted.done_at, noted.trouble) == (1, None, "ZeroDivisionError")


def test_an_event_that_nobody_reacts_to_or_that_was_denied_is_settled_at_once():
    seen: list[Event] = []
    with within(EVERYTHING):
        record("test.other", by=SYSTEM, unit=None, subject="a", facts={})
        record("test.happened", by=SYSTEM, unit=None, subject="b", facts={}, denied=True)
    dispatch({"test.happened": (seen.append,)})
    with within(EVERYTHING):
        assert not Event.objects.filter(handled_at__isnull=True).exists()
    assert seen == []


@pytest.mark.django_db(transaction=True)
def test_an_event_that_another_worker_has_in_hand_is_left_to_it():
    happened("test.happened", 2)
    seen: list[str] = []
    plan = {"test.happened": (lambda event: seen.append(event.subject),)}
    database = settings.DATABASES["default"]
    address = {"host": database["HOST"], "user": database["USER"], "password": database["PASSWORD"]}
    with psycopg.connect(dbname=database["NAME"], **address) as other:
        other.execute("SET ROLE lianfang_system")
        other.execute("SELECT 1 FROM audit_event WHERE subject = 'test:0' FOR UPDATE")
        dispatch(plan)
        assert seen == ["test:1"]
    dispatch(plan)
    assert seen == ["test:1", "test:0"]


def test_a_step_that_fails_rests_and_the_others_go_on(monkeypatch):
    calls: list[int] = []

    def fail() -> int:
        calls.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(passes, "remind", fail)
    happened("test.happened")
    worker = Worker()
    with clock.at(at(9)):
        worker.sweep()
        worker.sweep()
    assert len(calls) == 1
    with within(EVERYTHING):
        assert Heartbeat.objects.get(process="worker").facts == {"resting": ["reminded"]}
        assert not Event.objects.filter(handled_at__isnull=True).exists()
    with clock.at(at(9, 1)):
        worker.sweep()
    assert len(calls) == 2


def test_a_pass_makes_the_health_page_say_that_the_worker_is_well():
    assert Client().get("/healthz").json()["worker"] == "silent"
    sweep()
    assert Client().get("/healthz").json()["worker"] == "ok"


# The loop.


class Impatient(threading.Event):
    """A stop that does not wait, and is set after so many waits."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self._after = after

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) >= self._after:
            self.set()
        return self.is_set()


class Restarting(Worker):
    """A worker whose database is away for some passes."""

    def __init__(self, away: int) -> None:
        super().__init__()
        self.away = away

    def sweep(self) -> dict[str, int]:
        self.away -= 1
        if self.away >= 0:
            raise OperationalError
        return {}


def test_while_the_database_restarts_the_worker_waits_ever_longer_and_then_goes_on(monkeypatch):
    monkeypatch.setattr("lianfang.interfaces.worker.watch.connection", SimpleNamespace(close=list))
    stop = Impatient(after=9)
    assert watch(stop, worker=Restarting(away=6)) == 3
    assert stop.waits == [2, 4, 8, 16, 30, 30, 1, 1, 1]


def test_a_signal_to_end_lets_the_pass_under_way_finish():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = stop_on_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
