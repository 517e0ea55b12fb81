"""Windows, proposals and indicators of contact tracing (密接规则测试)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.analysis.tracing import Case, Contact, kpis
from lianfang.domain.cases.proposals import Meeting, are_neighbours, kind_of_meeting, propose
from lianfang.domain.cases.window import followed_until, infectious_window
from lianfang.kernel.policies.ops import default_policy
from tests.make import SHANGHAI

ONSET = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=SHANGHAI)
SOMEBODY = UUID(int=1)
HOURS = timedelta(hours=1)


def meeting(kind: str = "venue", *, hours: float = 1, metres: str = "", timed: bool = True, who: int = 1) -> Meeting:
    near = Decimal(metres) if metres else None
    return Meeting(UUID(int=who), kind, "图书馆", NOON, NOON + hours * HOURS, near, timed)


def window(**given):
    return infectious_window(**{"onset": None, "sample": None, "today": ONSET, "policy": default_policy()} | given)


def test_the_window_begins_two_days_before_onset_or_before_the_sample():
    assert (window(onset=ONSET).first, window(onset=ONSET).counted_from) == (date(2026, 3, 8), "onset")
    assert (window(sample=ONSET).first, window(sample=ONSET).counted_from) == (date(2026, 3, 8), "sample")
    assert window(onset=ONSET, sample=date(2026, 3, 1)).counted_from == "onset"
    assert window() is None


def test_the_window_ends_with_isolation():
    assert window(onset=ONSET, today=date(2026, 3, 20), isolated=date(2026, 3, 11)).last == date(2026, 3, 11)
    assert window(onset=ONSET, today=date(2026, 3, 20)).last == date(2026, 3, 20)


def test_follow_up_ends_fourteen_days_after_the_last_exposure():
    assert followed_until(ONSET, default_policy()) == date(2026, 3, 24)


@pytest.mark.parametrize(
    ("met", "grade"),
    [
        (meeting("household", timed=False), "close"),
        (meeting("group", timed=False), "close"),
        (meeting("classroom", timed=False), "general"),
        (meeting("venue", hours=4), "general"),
        (meeting("venue", hours=0.25, metres="1.0"), "close"),
        (meeting("venue", hours=0.2, metres="1.0"), "general"),
        (meeting("venue", hours=4, metres="1.5"), "general"),
        (meeting("classroom", timed=False, metres="0.5"), "general"),
    ],
)
def test_a_close_contact_is_one_by_the_kind_of_meeting_or_by_time_and_distance(met, grade):
    assert propose([met], default_policy())[0].grade == grade


def test_somebody_met_twice_is_one_proposal_with_both_reasons_the_stronger_first():
    [one] = propose([meeting("venue"), meeting("household", timed=False), meeting("venue", hours=2)], default_policy())
    assert [(r.kind, r.times, r.minutes) for r in one.reasons] == [("household", 1, None), ("venue", 2, 180)]
    assert (one.kind, one.minutes, one.last) == ("household", 180, NOON + 2 * HOURS)


def test_contacts_of_contacts_are_graded_as_such():
    assert propose([meeting("household")], default_policy(), secondary=True)[0].grade == "secondary"


kinds = st.sampled_from(["household", "group", "classroom", "venue", "sitting"])
meetings = st.lists(st.builds(lambda k, h, w: meeting(k, hours=h, who=w), kinds, st.floats(0, 9), st.integers(1, 5)))


@given(meetings)
def test_everybody_met_is_proposed_once_the_likeliest_first(met):
    found = propose(met, default_policy())
    assert {one.person for one in found} == {one.person for one in met}
    assert len(found) == len({one.person for one in met})
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@given(meetings, st.builds(meeting, kinds))
def test_a_further_meeting_never_makes_a_contact_less_close(met, more):
    def close(found):
        return {one.person for one in found if one.grade == "close"}

    assert close(propose(met, default_policy())) <= close(propose([*met, more], default_policy()))


@pytest.mark.parametrize(
    ("one", "other", "beside"),
    [("3-4", "3-5", True), ("3-4", "4-4", True), ("3-4", "4-5", True), ("3-4", "3-6", False), ("3-4", "3-4", False),
     ("A12", "A13", False), ("", "3-4", False)],
)  # fmt: skip
def test_neighbours_sit_beside_before_or_behind(one, other, beside):
    assert are_neighbours(one, other) is beside


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"layer": "bed", "place_kind": "dormitory_room"}, "household"),
        ({"layer": "bed", "place_kind": "site_room"}, "household"),
        ({"layer": "seat", "place_kind": "classroom"}, "classroom"),
        ({"layer": "seat", "place_kind": "classroom", "neighbours": True}, "neighbour"),
        ({"layer": "seat", "place_kind": "classroom", "same_party": True}, "group"),
        ({"layer": "seat", "place_kind": "vehicle"}, "vehicle"),
        ({"layer": "dining", "place_kind": "dining", "same_party": True}, "table"),
        ({"layer": "dining", "place_kind": "dining"}, "sitting"),
        ({"layer": "visit", "place_kind": "venue"}, "venue"),
        ({"layer": "visit", "place_kind": "vehicle"}, "vehicle"),
    ],
)
def test_the_kind_of_exposure_follows_from_what_was_shared(given, kind):
    assert kind_of_meeting(**{"same_party": False} | given) == kind


def counted(*, now=NOON + 48 * HOURS, **given):
    cases = [Case(**one) for one in given["cases"]]
    found = kpis(cases, now=now).indicators
    return {code: (one.numerator, one.denominator, one.unknown) for code, one in found.items()}


def test_reported_within_24_hours_of_the_specimen():
    cases = [
        {"sampled_at": NOON, "reported_at": NOON + 24 * HOURS},
        {"sampled_at": NOON, "reported_at": NOON + 24 * HOURS + timedelta(seconds=1)},
        {"reported_at": NOON},
        {"sampled_at": NOON, "reported_at": NOON - HOURS},
    ]
    assert counted(cases=cases)["reported"] == (1, 2, 2), "no specimen, and a report before it: not known"


def test_what_has_not_come_is_late_when_the_limit_is_over_and_not_known_while_it_runs():
    case = {"reported_at": NOON, "contacts": (Contact(elicited_at=NOON),)}
    assert counted(cases=[case], now=NOON + 25 * HOURS)["interviewed"] == (0, 1, 0)
    assert counted(cases=[case], now=NOON + 23 * HOURS)["interviewed"] == (0, 0, 1)
    assert counted(cases=[case], now=NOON + 25 * HOURS)["notified"] == (0, 1, 0)


def test_known_contacts_are_shares_of_what_is_known():
    assert counted(cases=[{"was_contact": one} for one in (True, True, False, None)])["known"] == (2, 3, 1)


def test_nobody_gives_no_percentage():
    assert all(one.percent is None for one in kpis([], now=NOON).indicators.values())
