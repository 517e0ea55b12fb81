"""The recount says of a day what one gets by judging person after person (逐人判定与汇总重算一致)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.kernel.orgs.models import place_of
from lianfang.kernel.people.models import Absence, Membership
from lianfang.kernel.reporting.figures import MODE_CODES
from lianfang.kernel.reporting.models import Answer, RollCall, Tally
from lianfang.kernel.reporting.tally import COLUMNS, astray, differences, recount_day
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = pytest.mark.django_db

# The meaning of the counters, person by person; slow, and plain enough to be read against the specification.
ONE_BY_ONE = """
WITH asked AS (
    SELECT m.unit_id, k.day, k.slot, m.person_id, min(m.entered_at) AS entered_at
      FROM (SELECT unit_id, day, slot FROM reporting_tally WHERE {where}) k
      JOIN people_membership m
        ON m.unit_id = k.unit_id AND m.since <= k.day AND (m.until IS NULL OR m.until >= k.day)
     GROUP BY m.unit_id, k.day, k.slot, m.person_id
), judged AS (
    SELECT p.unit_id, p.day, p.slot,
           coalesce(a.state, 'unknown') <> 'unknown' AS own,
           coalesce(a.state, 'unknown') = 'unknown' AND x.person_id IS NOT NULL AS excused,
           a.person_id IS NULL AND x.person_id IS NULL AND p.entered_at <= r.received_at AS seen,
           a.state, a.fever, a.mode, coalesce(a.on_time, r.on_time) AS on_time
      FROM asked p
      LEFT JOIN reporting_answer a USING (unit_id, day, slot, person_id)
      LEFT JOIN reporting_rollcall r USING (unit_id, day, slot)
      LEFT JOIN LATERAL (
           SELECT b.person_id FROM people_absence b
            WHERE b.unit_id = p.unit_id AND b.person_id = p.person_id AND p.day BETWEEN b.since AND b.until LIMIT 1
      ) x ON true
)
SELECT unit_id, day, slot, count(*) AS rostered,
       count(*) FILTER (WHERE excused) AS excused,
       count(*) FILTER (WHERE own OR seen) AS answered,
       count(*) FILTER (WHERE (own OR seen) AND on_time) AS on_time,
       count(*) FILTER (WHERE seen OR own AND state = 'well') AS well,
       count(*) FILTER (WHERE state = 'unwell') AS unwell,
       count(*) FILTER (WHERE fever) AS fever,
       count(*) FILTER (WHERE own AND mode = 'self') AS by_self,
       count(*) FILTER (WHERE own AND mode = 'proxy') AS by_proxy,
       count(*) FILTER (WHERE seen OR own AND mode = 'roll_call') AS by_roll_call,
       count(*) FILTER (WHERE own AND mode = 'phone') AS by_phone,
       count(*) FILTER (WHERE own AND mode = 'import') AS by_import,
       count(*) FILTER (WHERE own AND mode = 'api') AS by_api
  FROM judged GROUP BY unit_id, day, slot
"""

DAYS = st.integers(-2, 2)
MEMBERSHIPS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1), DAYS, st.none() | DAYS, st.integers(6, 11)), max_size=8
)
ANSWERS = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 1)),
    st.tuples(st.sampled_from(["well", "unwell", "unknown"]), st.booleans(), st.sampled_from(MODE_CODES)),
    max_size=5,
)
CHECKED = st.dictionaries(st.integers(0, 1), st.tuples(st.integers(7, 11), st.booleans()), max_size=2)
LEAVE = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), DAYS, st.integers(0, 2)), max_size=4)


def enter(people, units, memberships):
    """Memberships that the register would take: one at most without an end, none twice from the same day."""
    seen = set()
    for who, where, since, until, hour in memberships:
        key, open_key = (who, where, since), (who, where, "open")
        if key in seen or (until is None and open_key in seen) or (until is not None and until < since):
            continue
        seen |= {key, open_key} if until is None else {key}
        Membership.objects.create(
            person=people[who], unit=units[where], kind="learner", since=make.DAY + timedelta(since),
            until=None if until is None else make.DAY + timedelta(until), entered_at=make.at(hour),
        )  # fmt: skip


def answer(people, units, answers):
    for (who, where), (state, on_time, mode) in answers.items():
        Answer.objects.create(
            unit=units[where], day=make.DAY, slot="am", person_id=people[who].pk, state=state,
            fever=state == "unwell", mode=mode, received_at=make.at(9), on_time=on_time,
        )  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(memberships=MEMBERSHIPS, answers=ANSWERS, checked=CHECKED, leave=LEAVE)
def test_counting_table_by_table_gives_what_judging_person_by_person_gives(memberships, answers, checked, leave):
    with transaction.atomic():
        school = make.root("S", "school")
        units = [make.unit(school, f"S-K{n}", "class") for n in (1, 2)]
        elsewhere = make.unit(school, "S-K9", "class")
        people = [make.member(elsewhere) for _ in range(4)]
        with within(EVERYTHING):
            enter(people, units, memberships)
            answer(people, units, answers)
            for where, (hour, on_time) in checked.items():
                RollCall.objects.create(
                    **place_of(units[where]), day=make.DAY, slot="am", observed_by="head", observed_at=make.at(hour),
                    received_at=make.at(hour), on_time=on_time,
                )  # fmt: skip
            for who, where, since, length in leave:
                first = make.DAY + timedelta(since)
                Absence.objects.create(
                    unit=units[where],
                    person_id=people[who].pk,
                    since=first,
                    until=first + timedelta(length),
                    reason="-",
                )
            for one in units:
                Tally.objects.create(**place_of(one), day=make.DAY, slot="am")
            recount_day(make.DAY)
            assert differences(make.DAY) == []
            assert astray(make.DAY) == 0
            assert kept() == judged()
        transaction.set_rollback(True)


def kept():
    rows = Tally.objects.filter(day=make.DAY).values_list("unit_id", *COLUMNS)
    return {unit: counts for unit, *counts in rows if any(counts)}


def judged():
    with connection.cursor() as cursor:
        cursor.execute(ONE_BY_ONE.format(where="day = %s"), [make.DAY])
        return {row[0]: list(row[3:]) for row in cursor.fetchall()}


def test_a_counter_that_is_wrong_is_named_with_both_figures():
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    make.members(klass, 3)
    with within(EVERYTHING):
        Tally.objects.create(**place_of(klass), day=make.DAY, slot="am")
        recount_day(make.DAY)
        Tally.objects.update(well=7)
        found = differences(make.DAY)
    assert [(one.column, one.kept, one.counted) for one in found] == [("well", 7, 0)]


def test_an_answer_of_somebody_who_turns_out_not_to_be_on_the_roster_no_longer_counts():
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    stays, goes = make.members(klass, 2)
    with within(EVERYTHING):
        Tally.objects.create(**place_of(klass), day=make.DAY, slot="am")
        answer([stays, goes], [klass], {(0, 0): ("well", True, "self"), (1, 0): ("unwell", True, "self")})
        Membership.objects.filter(person=goes).update(until=make.DAY - timedelta(1))
        assert astray(make.DAY) == 1
        recount_day(make.DAY, [klass.pk])
        assert astray(make.DAY) == 0
        counted = Tally.objects.get(unit=klass)
    assert (counted.rostered, counted.answered, counted.unwell) == (1, 1, 0)
