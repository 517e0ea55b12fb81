"""Duplicate, reordered, ambiguous (重复、乱序、不确定): whatever the network does, an answer counts once."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.kernel.accounts.actor import Actor
from tests import make
from tests.faults.books import balance
from tests.faults.clients import Address, Ledger, answers
from tests.faults.conftest import Proving
from tests.faults.product import Product
from tests.faults.retries import Phone, Receive, Scene

COPIES = 50
SHORT = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=300, stateful_step_count=50, derandomize=False)
CONTROL = settings(SHORT, max_examples=200, phases=(Phase.generate,), report_multiple_bugs=False)


def as_it_is(by: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The product's receiver."""
    return receive_answer(by, raw, channel="json")


def forgets_keys(by: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A receiver to whom every arrival is a new one."""
    return receive_answer(by, {**raw, "key": f"{raw['key']}-{time.monotonic_ns()}"}, channel="json")


def last_one_wins(by: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A receiver that does not look at the sender's count of revisions."""
    return receive_answer(by, {name: value for name, value in raw.items() if name != "revision"}, channel="json")


def says_yes(by: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A receiver that acknowledges and keeps nothing."""
    return {"receipt": f"receipt of {raw['key']}"}


def machine(receive: Receive, code: str) -> type[Phone]:
    """A phone before this receiver, in a class of two of a school of its own."""
    school = make.root(code, "school")
    make.rules(school, slots=["am", "pm"])
    klass = make.unit(school, f"{code}-K1", "class")
    people = tuple(make.members(klass, 2))
    return type("Tried", (Phone,), {"scene": Scene(receive, make.actor(klass, "class_head"), klass, people)})


def tried(naives: Sequence[Receive], how: settings) -> dict[str, int]:
    """The product's receiver before the machine, and how many naive ones the same machine catches: the control."""
    ours = machine(as_it_is, "S1")
    run_state_machine_as_test(ours, settings=how)
    for number, naive in enumerate(naives, start=2):
        with pytest.raises((AssertionError, ExceptionGroup)):
            run_state_machine_as_test(machine(naive, f"S{number}"), settings=CONTROL)
    return {"runs": how.max_examples, "steps": ours.steps, "failures": 0, "controls_caught": len(naives)}


@pytest.mark.django_db
def test_an_answer_counts_once_whatever_the_network_does_and_naive_receivers_are_caught(proving: Proving) -> None:
    with proving("retries") as figures:
        figures.update(tried([forgets_keys, says_yes], SHORT))


@pytest.mark.proof
@pytest.mark.django_db
def test_an_answer_counts_once_in_three_hundred_runs_and_naive_receivers_are_caught(proving: Proving) -> None:
    with proving("retries") as figures:
        figures.update(tried([forgets_keys, last_one_wins, says_yes], LONG))


def test_of_fifty_copies_at_once_and_one_altered_one_is_new_and_one_is_a_conflict(
    product: Product, address: Address
) -> None:
    body = next(answers(address.world, address.world["people"]))
    first_reply, given = threading.Event(), list[tuple[int, dict[str, Any]]]()

    def send(sent: dict[str, Any]) -> None:
        given.append(_sent(address, sent))
        first_reply.set()

    def alter() -> None:
        first_reply.wait(60)
        send(body | {"temperature": "38.9"})

    threads = [threading.Thread(target=send, args=(body,)) for _ in range(COPIES)] + [threading.Thread(target=alter)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert Counter(status for status, _ in given) == {200: COPIES, 409: 1}
    assert [answer["code"] for status, answer in given if status == 409] == ["key.reused"]
    assert len({answer["receipt"] for status, answer in given if status == 200}) == 1
    assert balance(product, Ledger(sent={body["key"]})).holds
    assert product.rows("SELECT count(*) FROM reporting_answer") == [(1,)]


def _sent(address: Address, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=60)
    headers = {"Authorization": f"Bearer {address.world['token']}", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/api/v1/reports", json.dumps(body), headers)
        given = connection.getresponse()
        return given.status, json.loads(given.read())
    finally:
        connection.close()
