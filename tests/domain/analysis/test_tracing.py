"""Indicators of tracing (密接追踪指标测试): each definition on cases one can count by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pytest import approx

from lianfang.domain.analysis.tracing import Case, Contact, delays, kpis, secondary_attack_rates

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


SEEN = Contact(
    elicited_at=ago(90), notified_at=ago(80), quarantined_at=ago(70), due_until=ago(-100), seen_today=True, lost=False,
    became_case=False, setting="dormitory",
)  # fmt: skip
LATE = Contact(
    elicited_at=ago(90), notified_at=ago(40), quarantined_at=ago(20), due_until=ago(1), completed=True, lost=False,
    became_case=True, setting="class",
)  # fmt: skip
LOST = Contact(elicited_at=ago(90), due_until=ago(1), completed=False, lost=True, setting="class")
TRACED = Case(
    onset_at=ago(150), sampled_at=ago(110), reported_at=ago(100), interviewed_at=ago(95), confirmed_at=ago(100),
    isolated_at=ago(98), was_contact=True, quarantined_at_onset=True, contacts=(SEEN,),
)  # fmt: skip
BEHIND = Case(
    onset_at=ago(160), sampled_at=ago(130), reported_at=ago(100), interviewed_at=ago(50), confirmed_at=ago(100),
    isolated_at=ago(52), was_contact=False, contacts=(LATE, LOST),
)  # fmt: skip
ALONE = Case(was_contact=None)


def met(code: str) -> tuple[int, int, int]:
    found = kpis([TRACED, BEHIND, ALONE], now=NOW).indicators[code]
    return found.numerator, found.denominator, found.unknown


def test_speed_is_counted_against_its_limit_and_what_is_unknown_apart():
    assert met("reported") == (1, 2, 1)
    assert met("interviewed") == (1, 2, 1)
    assert met("notified") == (1, 3, 0)


def test_a_contact_who_is_told_in_time_and_in_quarantine_late_is_late():
    late = Contact(elicited_at=ago(90), notified_at=ago(89), quarantined_at=ago(60))
    told = Contact(elicited_at=ago(90), notified_at=ago(89))
    in_time = Contact(elicited_at=ago(90), notified_at=ago(70), quarantined_at=ago(89))
    found = kpis([Case(contacts=(late, told, in_time))], now=NOW).indicators["notified"]
    assert (found.numerator, found.denominator, found.unknown) == (1, 3, 0)


def test_a_case_is_traced_when_its_last_contact_is_in_quarantine_within_72_hours():
    assert met("traced") == (1, 2, 0)


def test_known_contacts_in_quarantine_at_onset_are_of_all_cases_of_whom_it_is_known():
    assert met("known") == (1, 2, 1)
    assert met("known_in_quarantine") == (1, 2, 1)
    assert met("no_contacts") == (1, 3, 0)


def test_follow_up_is_of_those_due_today_and_completion_of_those_whose_time_is_over():
    assert met("seen") == (1, 1, 0)
    assert met("completed") == (1, 2, 0)
    assert met("lost") == (1, 3, 0)


def test_contacts_a_case_and_of_nobody():
    assert kpis([TRACED, BEHIND, ALONE], now=NOW).contacts_per_case == 1
    assert kpis([], now=NOW).contacts_per_case is None
    assert kpis([], now=NOW).indicators["reported"].percent is None


def test_delays_are_medians_of_the_spans_that_are_known():
    first, second, third = delays([TRACED, BEHIND, ALONE])
    assert (first.stages, first.of, first.median) == (("onset", "reported"), 2, approx((50 + 60) / 2 / 24))
    assert (second.of, second.median) == (2, approx((2 + 48) / 2 / 24))
    assert (third.of, third.median) == (1, approx(28 / 24))
    assert delays([ALONE])[0].median is None


def test_a_day_on_which_nobody_was_reached_counts_against_one_that_is_not_known_does_not():
    seen = Contact(evaluated=(True, False, None))
    found = kpis([Case(contacts=(seen, Contact(evaluated=(True,))))], now=NOW).indicators["evaluated"]
    assert (found.numerator, found.denominator, found.unknown) == (2, 3, 1)


def test_secondary_attack_rates_leave_out_those_of_whom_it_is_not_known():
    found = secondary_attack_rates([SEEN, LATE, LOST])
    assert found["class"].rate.proportion == 1
    assert found["dormitory"].rate.proportion == 0
    assert found["class"].rate.exact_low == approx(0.025)
