"""Many answers at once leave what the same answers leave one by one (批量登记与逐条登记一致)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.capabilities.checkin.checks_together import receive_checks_together
from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.checkin.together import Sending, receive_together
from lianfang.capabilities.persons.actions import approve_leave
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event
from lianfang.kernel.dues.models import Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.models import Answer, Receipt, RollCall, Tally
from lianfang.kernel.reporting.tally import differences, open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = pytest.mark.django_db

NINE = make.at(9)


def together(sendings, receive=receive_together):
    """The receipts of a batch, as the door hands it in."""
    with within(EVERYTHING):
        connection.ensure_connection()
        return receive(psycopg.Cursor(connection.connection), sendings, Rules)


def world():
    """A school of two classes, one of them checked, somebody on leave, and a head for each."""
    school = make.root("S", "school")
    make.rules(school, slots=["am", "pm"])
    classes = [make.unit(school, f"S-K{n}", "class") for n in (1, 2)]
    with clock.at(make.at(6)):
        members = [make.members(klass, 4) for klass in classes]
    heads = [make.actor(klass, Role.CLASS_HEAD) for klass in classes]
    officer = make.actor(school, Role.DUTY_OFFICER)
    with clock.at(make.at(7)), within(EVERYTHING):
        open_day(make.DAY)
        open_tallies(make.DAY)
    with clock.at(make.at(8)), make.acting(officer):
        approve_leave(officer, person=members[0][3], unit=classes[0], since=make.DAY, until=make.DAY, reason="family")
    with clock.at(make.at(8, 30)), make.acting(heads[1]):
        check = {"key": "check-0001", "unit": "S-K2", "day": str(make.DAY), "slot": "am", "everyone_else": "well"}
        receive_roll_call(heads[1], check, channel="json")
    return classes, members, heads


ANSWERS = st.fixed_dictionaries(
    {
        "who": st.integers(0, 7),
        "temperature": st.sampled_from(["36.5", "37.2", "38.4", "365"]),
        "symptoms": st.sampled_from([["none"], ["cough"], ["cough", "fever"]]),
        "health_code": st.sampled_from(["green", "yellow", None]),
        "key": st.sampled_from([f"key-{n:06d}" for n in range(6)]),
        "named": st.sampled_from(["ref", "number", "name"]),
        "day": st.sampled_from([str(make.DAY), str(make.DAY - timedelta(days=1))]),
        "slot": st.just("am"),
    }
)


def raw(one, classes, members):
    klass, person = classes[one["who"] // 4], members[one["who"] // 4][one["who"] % 4]
    with within(EVERYTHING):
        named = {
            "ref": {"ref": str(person.pk)},
            "number": {"id_type": person.id_type, "id_number": person.number.open(), "name": person.name},
            "name": {"id_type": "none", "id_reason": "forgotten", "name": person.name, "birth_date": "1990-01-01"},
        }[one["named"]]
    values = {name: value for name, value in one.items() if name not in ("who", "named") and value is not None}
    return {**values, "unit": klass.code, "person": named}


IGNORED = {
    Answer: {"claimed_at"},
    Receipt: {"id", "answer"},
    Event: {"id", "handled_at"},
    Due: {"settled_by"},
    Tally: set(),
    RollCall: set(),
}


def kept():
    """Every row that answers leave, without numbers made by chance."""
    found = {}
    with within(EVERYTHING):
        for model, ignored in IGNORED.items():
            rows = [{k: v for k, v in row.items() if k not in ignored} for row in model.objects.values()]
            for row in rows:
                if row.pop("test_sealed", ""):
                    row["sealed"] = True
            found[model.__name__] = sorted(repr(sorted(row.items())) for row in rows)
    return found


def one_by_one(heads, raws, receive=receive_answer):
    told = []
    for raw_one in raws:
        head = heads[raw_one["unit"] == "S-K2"]
        with make.acting(head):
            try:
                with transaction.atomic():
                    told.append(receive(head, raw_one, channel="json"))
            except Refused:
                told.append(None)
    return told


@settings(max_examples=40, deadline=None)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=8))
def test_a_batch_leaves_what_the_same_answers_leave_one_by_one(answers):
    with transaction.atomic():
        classes, members, heads = world()
        raws = [raw(one, classes, members) for one in answers]
        with clock.at(NINE):
            point = transaction.savepoint()
            with within(EVERYTHING):
                units = {klass.code: klass for klass in classes}
            first = together([Sending(heads[r["unit"] == "S-K2"], r, units[r["unit"]]) for r in raws])
            left = [r for r, done in zip(raws, first, strict=True) if done is None]
            one_by_one(heads, left)
            by_batch = kept()
            with within(EVERYTHING):
                assert differences(make.DAY) == []
            transaction.savepoint_rollback(point)
            taken = [r for r, done in zip(raws, first, strict=True) if done is not None]
            told = one_by_one(heads, [*taken, *left])
            assert kept() == by_batch
        for batch, single in zip([one for one in first if one], told, strict=False):
            assert single is not None
            assert {**batch, "receipt": ""} == {**single, "receipt": ""}
        transaction.set_rollback(True)


def test_a_plain_batch_is_kept_whole_and_a_second_time_gets_the_same_receipts():
    classes, members, heads = world()
    sendings = [
        Sending(heads[n], {**make.answer(person, classes[n]), "key": str(uuid4())}, classes[n])
        for n in (0, 1)
        for person in members[n]
    ]
    with clock.at(NINE):
        first = together(sendings)
        again = together(sendings)
    assert all(first)
    assert first == again
    with within(EVERYTHING):
        assert Answer.objects.count() == 8
        assert differences(make.DAY) == []


def test_of_a_batch_only_the_plain_are_taken_and_the_rest_leaves_no_trace():
    classes, members, heads = world()
    stranger = make.member(classes[1])
    plain = {**make.answer(members[0][0], classes[0]), "key": "plain-key-1"}
    foreign = {**make.answer(stranger, classes[0]), "key": "foreign-key"}
    broken = {**make.answer(members[0][1], classes[0]), "key": "broken-key", "temperature": "365"}
    not_mine = {**make.answer(members[1][0], classes[1]), "key": "not-mine-1"}
    with clock.at(NINE):
        told = together(
            [Sending(heads[0], raw, classes[r]) for r, raw in ((0, plain), (0, foreign), (0, broken), (1, not_mine))]
        )
    assert [one is not None for one in told] == [True, False, False, False]
    with within(EVERYTHING):
        assert set(Receipt.objects.filter(kind="answer").values_list("key", flat=True)) == {"plain-key-1"}
        assert Event.objects.filter(kind="answer.recorded").count() == 1


EXCEPTIONS = st.fixed_dictionaries(
    {
        "who": st.integers(0, 7),
        "state": st.sampled_from(["unwell", "unknown", "well"]),
        "temperature": st.sampled_from(["36.5", "38.4", "365", None]),
    }
)
CHECKS = st.fixed_dictionaries(
    {
        "klass": st.integers(0, 1),
        "key": st.sampled_from([f"check-{n:06d}" for n in range(4)]),
        "exceptions": st.lists(EXCEPTIONS, max_size=3),
        "observed_by": st.sampled_from(["", "duty head"]),
        "slot": st.sampled_from(["am", "pm"]),
    }
)


def check(one, classes, members):
    exceptions = [
        {"person": str(members[e["who"] // 4][e["who"] % 4].pk), **{k: v for k, v in e.items() if k != "who" and v}}
        for e in one["exceptions"]
    ]
    unit = classes[one["klass"]].code
    rest = {"day": str(make.DAY), "slot": one["slot"], "observed_by": one["observed_by"], "everyone_else": "well"}
    return {"key": one["key"], "unit": unit, "exceptions": exceptions, **rest}


@settings(max_examples=40, deadline=None)
@given(checks=st.lists(CHECKS, min_size=1, max_size=5))
def test_a_batch_of_class_checks_leaves_what_the_same_checks_leave_one_by_one(checks):
    with transaction.atomic():
        classes, members, heads = world()
        raws = [check(one, classes, members) for one in checks]
        units = {klass.code: klass for klass in classes}
        with clock.at(NINE):
            point = transaction.savepoint()
            sendings = [Sending(heads[r["unit"] == "S-K2"], r, units[r["unit"]]) for r in raws]
            first = together(sendings, receive_checks_together)
            left = [r for r, done in zip(raws, first, strict=True) if done is None]
            one_by_one(heads, left, receive_roll_call)
            by_batch = kept()
            with within(EVERYTHING):
                assert differences(make.DAY) == []
            transaction.savepoint_rollback(point)
            taken = [r for r, done in zip(raws, first, strict=True) if done is not None]
            told = one_by_one(heads, [*taken, *left], receive_roll_call)
            assert kept() == by_batch
        for batch, single in zip([one for one in first if one], told, strict=False):
            assert {**batch, "receipt": ""} == {**single, "receipt": ""}
        transaction.set_rollback(True)
