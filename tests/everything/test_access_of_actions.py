"""Every declared action, tried as every role, inside and outside its scope (权限矩阵)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.api import acts
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor, actor_for
from lianfang.kernel.accounts.models import Grant
from lianfang.kernel.actions import INSTALLER, Action, registry
from lianfang.kernel.audit.models import Event
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.everything.action_world import World, arguments
from tests.everything.words import asked_of, undescribed
from tests.make import at

KINDS = sorted(registry) if apps.ready else []


def holder(w: World, role: Role, *, inside: bool) -> Actor:
    """Somebody with the role over the county of the thing (or, outside, over the other county)."""
    county = (w.near if inside else w.far)[0].parent
    return make.actor(county, role)


class Matrix:
    """The world, what every action is given, and everybody who tries it: costly, so built once for the file."""

    def __init__(self) -> None:
        self.world = World()
        self.near = {role: holder(self.world, role, inside=True) for role in Role}
        self.far = {role: holder(self.world, role, inside=False) for role in Role}
        self.tables = arguments(self.world)

    def given(self, kind: str) -> dict:
        """Copies, because an action changes the things it is given, and a rolled back test must leave no trace."""
        given = next(table for table in self.tables if kind in table)[kind]
        if given is None:
            pytest.skip("acts over a file or a register; its own tests try it as every role")
        return copy.deepcopy(given)

    def who_may(self, declared: Action) -> Actor:
        return SYSTEM if declared.over == INSTALLER else self.near[highest(declared)]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Matrix]:
    """The matrix, in a transaction that is rolled back at the end of the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.at(at(12)):
            found = Matrix()
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def matrix(built: Matrix) -> Iterator[Matrix]:
    """It is noon, and whatever a test does is undone."""
    with clock.at(at(12)), transaction.atomic():
        yield built
        transaction.set_rollback(True)


def events(kind: str) -> int:
    with within(EVERYTHING):
        return Event.objects.filter(kind=kind).count()


def attempt(declared: Action, who: Actor, given: dict) -> str:
    with make.acting(who):
        try:
            declared.call(who, **given)
        except Refused as refused:
            return refused.code
    return "done"


def test_every_action_has_a_line_and_every_line_an_action(matrix):
    assert set(registry) <= set().union(*matrix.tables)


@pytest.mark.parametrize("kind", KINDS)
def test_every_action_is_refused_outside_its_scope_and_below_its_role(matrix, kind):
    declared, given, before = registry[kind], matrix.given(kind), events(kind)
    for role in Role:
        assert attempt(declared, matrix.far[role], given) == "scope", role
        if role not in declared.by:
            assert attempt(declared, matrix.near[role], given) == "scope", role
    assert events(kind) == before


@pytest.mark.parametrize("kind", KINDS)
def test_every_action_done_leaves_just_one_event(matrix, kind):
    declared, given, before = registry[kind], matrix.given(kind), events(kind)
    who = matrix.who_may(declared)
    with within(EVERYTHING) if who is SYSTEM else make.acting(who):
        declared.call(who, **given)
    assert events(kind) == before + 1


OWN_TESTS = {"decision.recorded", "difference.undone", "incident.answered"}
"""Actions that skip above: no line of arguments."""


def test_every_choice_and_every_scale_of_an_action_is_described(matrix):
    wrong, tried = [], 0
    for declared in acts.offered():
        if declared.kind in OWN_TESTS:
            continue
        with transaction.atomic():
            given, who = matrix.given(declared.kind), matrix.who_may(declared)
            for one in asked_of(declared):
                tried += 1
                with within(EVERYTHING) if who is SYSTEM else make.acting(who):
                    wrong += undescribed(
                        one, lambda new, call=declared.call, by=who, old=given: call(by, **{**old, **new})
                    )
            transaction.set_rollback(True)
    assert wrong == []
    assert tried > 300


def highest(declared: Action) -> Role:
    """The role that may do the most among those allowed."""
    order = [Role.ADMINISTRATOR, Role.DUTY_OFFICER, Role.CLASS_HEAD, Role.LEADER, Role.OFFICER, *declared.by]
    return next(role for role in order if role in declared.by)


def test_a_reading_token_writes_nothing(matrix):
    reader = make.actor(matrix.world.klass, Role.CLASS_HEAD)
    frozen = Actor(**{name: getattr(reader, name) for name in reader.__slots__} | {"may_write": False})
    assert attempt(registry["class.checked"], frozen, matrix.given("class.checked")) == "token.scope"


def test_a_role_that_has_ended_does_nothing(matrix):
    with clock.at(at(10)):
        head = make.account(matrix.world.klass, Role.CLASS_HEAD)
    with within(EVERYTHING):
        Grant.objects.filter(account=head).update(until=at(11))
        former = actor_for(head)
    assert attempt(registry["class.checked"], former, matrix.given("class.checked")) == "role.ended"
