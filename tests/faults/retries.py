"""A phone and a network that does as it likes (重发状态机): what may happen to an answer between sender and record.

The model is a dictionary: key -> what was sent and the receipt; and for each place the revisions that have arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lianfang.domain.periods import closes_at
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import default_policy
from lianfang.kernel.reporting.models import Answer, AnswerRevision, Receipt
from lianfang.kernel.reporting.tally import differences
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY, at

Receive = Callable[[Actor, Mapping[str, Any]], dict[str, Any]]
Place = tuple[str, str]  # person, slot
WARMTHS = ("36.4", "36.9", "37.6", "38.4")
STEPS = (timedelta(minutes=1), timedelta(hours=3), timedelta(days=1))
IMPOSSIBLE = "365"


class Dies(Exception):
    """The process ends before it has committed."""


@dataclass(slots=True)
class Outbox:
    """What the phone has written, whether or not it has arrived: bodies by key; receipts by key; numbers by place."""

    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrived: dict[str, Place] = field(default_factory=dict)
    numbers: dict[Place, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who sends, for whom, and the receiver that is tried."""

    receive: Receive
    head: Actor
    unit: Unit
    people: tuple[Person, ...]


class Phone(RuleBasedStateMachine):
    """Sends, loses, repeats, reorders, revises and waits; after each step the record is what the model says."""

    scene: Scene
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self._undone = transaction.atomic()
        self._undone.__enter__()
        self.outbox = Outbox()
        self.now: datetime = at(8)

    def teardown(self) -> None:
        """Nothing of it stays."""
        transaction.set_rollback(True)
        self._undone.__exit__(None, None, None)

    # What the person does.

    @rule(person=st.integers(0, 1), slot=st.sampled_from(("am", "pm")), warmth=st.sampled_from(WARMTHS))
    def write(self, person: int, slot: str, warmth: str) -> None:
        """A new answer, or a revision of one, put into the outbox; the phone counts its revisions."""
        key = f"outbox-key-{len(self.outbox.bodies) + 1:04d}"
        who = str(self.scene.people[person].pk)
        number = self.outbox.numbers[who, slot] = self.outbox.numbers.get((who, slot), 0) + 1
        place = {"unit": self.scene.unit.code, "day": str(DAY), "slot": slot, "person": {"ref": who}}
        said = {"state": "well", "temperature": warmth, "note": key, "revision": number}
        self.outbox.bodies[key] = {"key": key, **place, **said}

    @rule(step=st.sampled_from(STEPS))
    def wait(self, step: timedelta) -> None:
        """Time goes by."""
        self.now += step

    # What the network does with something from the outbox, in whatever order.

    @precondition(lambda self: self.outbox.bodies)
    @rule(which=st.data(), heard=st.booleans())
    def send(self, which: st.DataObject, heard: bool) -> None:
        """It arrives, for the first time or again; the reply is heard or lost."""
        key = which.draw(st.sampled_from(sorted(self.outbox.bodies)))
        try:
            receipt = self._received(self.outbox.bodies[key])
        except Refused as refused:
            assert (refused.code, self.is_closed, key in self.outbox.arrived) == ("period.closed", True, False)
            return
        assert key in self.outbox.arrived or not self.is_closed
        self._note(key, receipt, heard=heard)

    @precondition(lambda self: self.outbox.bodies)
    @rule(which=st.data())
    def die(self, which: st.DataObject) -> None:
        """It arrives, and the process dies before it has committed: as if it had not arrived."""
        body = self.outbox.bodies[which.draw(st.sampled_from(sorted(self.outbox.bodies)))]
        try:
            with transaction.atomic():
                self._received(body)
                raise Dies
        except (Dies, Refused):
            return

    @precondition(lambda self: self.outbox.arrived)
    @rule(which=st.data())
    def send_altered(self, which: st.DataObject) -> None:
        """Other content under a key that was used is a conflict, and changes nothing."""
        body = self.outbox.bodies[which.draw(st.sampled_from(sorted(self.outbox.arrived)))]
        try:
            self._received(body | {"note": "altered"})
        except Refused as refused:
            assert refused.code == "key.reused"
        else:
            raise AssertionError("two contents under one key")

    @precondition(lambda self: set(self.outbox.bodies) - set(self.outbox.arrived) and not self.is_closed)
    @rule(which=st.data())
    def send_impossible(self, which: st.DataObject) -> None:
        """A refusal does not use the key up."""
        waiting = sorted(set(self.outbox.bodies) - set(self.outbox.arrived))
        body = self.outbox.bodies[which.draw(st.sampled_from(waiting))]
        try:
            self._received(body | {"temperature": IMPOSSIBLE})
        except Refused as refused:
            assert refused.problems[0].field == "temperature"
        else:
            raise AssertionError("an impossible temperature was taken")

    # What must be true at any time.

    @invariant()
    def what_arrived_is_on_record_once(self) -> None:
        """One receipt a key, one row a revision, the newest in force, and counters that equal a recount."""
        type(self).steps += 1
        with within(EVERYTHING):
            current = {(str(one.person_id), one.slot): one for one in Answer.objects.filter(unit=self.scene.unit)}
            earlier = sorted(AnswerRevision.objects.values_list("note", flat=True))
            assert set(Receipt.objects.values_list("key", flat=True)) == set(self.outbox.arrived)
            assert differences(DAY) == []
        newest = self._newest()
        assert {place: one.note for place, one in current.items()} == newest
        assert earlier == sorted(set(self.outbox.arrived) - set(newest.values()))

    @property
    def is_closed(self) -> bool:
        """Whether answers for the day are no longer taken."""
        return self.now > closes_at(DAY, default_policy(), self.scene.unit.zone)

    def _newest(self) -> dict[Place, str]:
        """Place -> key of the revision with the highest number that has arrived."""
        found: dict[Place, str] = {}
        for key, place in self.outbox.arrived.items():
            before = found.get(place)
            if before is None or self._number(key) > self._number(before):
                found[place] = key
        return found

    def _number(self, key: str) -> int:
        return int(self.outbox.bodies[key]["revision"])

    def _received(self, body: Mapping[str, Any]) -> dict[str, Any]:
        with clock.at(self.now), within(self.scene.head.scope):
            return self.scene.receive(self.scene.head, body)

    def _note(self, key: str, receipt: dict[str, Any], *, heard: bool) -> None:
        body = self.outbox.bodies[key]
        self.outbox.arrived[key] = (body["person"]["ref"], body["slot"])
        before = self.outbox.receipts.get(key)
        assert before is None or before == receipt
        if heard:
            self.outbox.receipts[key] = receipt
