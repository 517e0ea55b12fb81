"""Who reports in a measurement (压测人群): a synthetic province, its gateways' tokens, and everybody's answer."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import psycopg
from django.utils import timezone

from lianfang.bench.load import post
from lianfang.demo.population import Province, province
from lianfang.demo.settle import settle
from lianfang.interfaces.server.trouble import say
from lianfang.kernel import clock
from lianfang.kernel.accounts.ops import grant, new_account, new_token
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies import drills
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.reporting.days import Opened, open_days
from lianfang.kernel.scope import EVERYTHING, within

SLOTS: Final = ("am", "noon", "pm")
GATEWAYS: Final = 100
A_YEAR: Final = timedelta(days=365)
READINGS: Final = ("36.1", "36.2", "36.3", "36.4", "36.5", "36.6", "36.7", "36.8", "36.9", "37.0")


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of a settled province who may answer today, in an order of its own, and the tokens they send with."""

    day: date
    tokens: tuple[str, ...]
    people: tuple[tuple[str, str, str, str], ...]  # unit, kind of document, number, name

    def answers(self, slot: str, *, start: int = 0) -> Iterator[bytes]:
        """Everybody's answer of a slot as a request; each once."""
        for n, (unit, kind, number, name) in enumerate(self.people[start:], start):
            person = {"id_type": kind, "id_number": number, "name": name}
            body = json.dumps(
                {
                    "key": f"{self.day}-{slot}-{n:08d}", "unit": unit, "day": str(self.day), "slot": slot,
                    "person": person, "temperature": READINGS[n % len(READINGS)], "symptoms": ["none"],
                    "health_code": "green", "reported_at": clock.now().isoformat(), "note": "",
                },
                ensure_ascii=False,
            ).encode()  # fmt: skip
            yield post("/api/v1/reports", body, self.tokens[n % len(self.tokens)])


_ANEW: Final = """
TRUNCATE reporting_answer, reporting_answerrevision, reporting_rollcall, reporting_receipt, reporting_tally,
         reporting_stale, dues_due, audit_event, audit_handling, accounts_token
"""


def settled(url: str, scale: Any, seed: int = 1) -> Crowd:
    """Settle the province (once in a database), begin today anew with three slots, and make the crowd."""
    plan = province(scale, seed)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(_ANEW)
    at_nine()
    with within(EVERYTHING):
        found = Unit.objects.filter(parent__isnull=True).first()
    if found is None:
        say(f"Settling the province of size {scale} …")
        found = settle(plan)
    with within(EVERYTHING):
        _three_slots()
        today = clock.today(found.zone)
        tokens = tuple(_token(found, n) for n in range(GATEWAYS))
    open_today()
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("ANALYZE")  # as the server does by itself within a minute of so much writing
    return Crowd(today, tokens, _people(plan, seed))


def at_nine() -> None:
    """Let a drill's clock stand at nine in the morning, an hour before class checks are due."""
    zone = timezone.get_default_timezone()
    with within(EVERYTHING):
        drills.start(datetime.combine(clock.today(zone), time(9), zone), "bench")
        drills.follow()


def open_today() -> None:
    """Open the day as the worker does."""
    say("Opening the day …")
    with within(EVERYTHING):
        open_days(Opened())


def _three_slots() -> None:
    RulePack.objects.get_or_create(
        code="bench-slots", valid_from=date(2020, 1, 1),
        defaults={"title": "测量用规则", "basis": "bench", "parameters": {"slots": list(SLOTS)}},
    )  # fmt: skip


def _token(root: Unit, number: int) -> str:
    account = new_account(f"bench-{number}-{clock.now():%H%M%S%f}", f"gateway {number}")
    grant(account, "duty_officer", root, lasts=A_YEAR)
    return new_token(account)[1]


def _people(plan: Province, seed: int) -> tuple[tuple[str, str, str, str], ...]:
    found = [(one.unit, one.id_type, one.id_number, one.name) for one in plan.people() if one.id_number]
    random.Random(seed).shuffle(found)  # noqa: S311  an order, not a secret
    return tuple(found)


__all__ = ["SLOTS", "Crowd", "open_today", "settled"]
