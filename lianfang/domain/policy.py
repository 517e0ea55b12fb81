"""What a circular may change (规定): every number of a rule, with its unit, read from dated rule packs (规则包).

No field has a default: a number lives in a rule pack (`lianfang/rulepacks/*.toml` or one loaded by an institution),
never in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, get_type_hints

from lianfang.domain.rules.bounds import ALL, LESS, MORE, Bound
from lianfang.domain.rules.reading import bound_of, read

SLOTS = ("am", "noon", "pm")
CONDITIONS = ("no_symptoms", "tests_negative", "days_complete")  # what may be asked before an observation ends
COUNTS = ("last_exposure", "admission")
TIMES = Bound(among=SLOTS, least=1)
READINGS = Bound("all", among=SLOTS)
ENDS = Bound("all", among=CONDITIONS)
RISKY = Bound(among=("low", "medium", "high"))


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force for one unit on one day."""

    deadlines: Mapping[str, time]  # unit kind -> local time by which its daily report must be in
    answer_due: time  # local time by which everyone has answered or been observed
    opens_at: time  # local time at which the day's dues arise
    screening_at: time  # local time at which a unit's screener gets the day's task
    remind_minutes: int  # minutes before the deadline at which those not yet in are reminded
    escalate_minutes: int  # minutes after the deadline at which the leader on duty is alerted
    closes_after_days: int  # whole days after the reported day for which a report may still come, late
    slots: Annotated[tuple[str, ...], TIMES]  # times of day that are asked for: am, noon, pm
    reporting_days: str  # "daily" or "school_days": the calendar on which reports are owed
    fever_c: Annotated[Decimal, LESS]  # °C, from which a reading is a fever
    temperature_min: Decimal  # °C, below which a reading is refused
    temperature_max: Decimal  # °C, above which a reading is refused
    plausible_min: Decimal  # °C, below which a reading asks for a second look
    plausible_max: Decimal  # °C, above which a reading asks for a second look
    clock_skew_minutes: int  # minutes a client's clock may differ before we say so
    count_jump_factor: Decimal  # times yesterday's figure from which a count asks for a second look
    count_jump_floor: int  # counts below this never ask for a second look
    child_age: int  # years; younger persons are children whose data only guardian, class head and doctor see
    small_cell: Annotated[int, MORE]  # published counts below this are hidden
    automated_answers: int  # identical answers from one client ...
    automated_seconds: int  # ... within this many seconds are flagged as automated
    shift_notice_minutes: int  # minutes before a shift by which contractor staff have registered
    fresh_days: Mapping[str, int]  # field of the dictionary, or its group -> days for which what is held is fresh
    entry_seconds: Mapping[str, int]  # kind of entry -> seconds that making one takes
    member_seconds_target: int  # seconds a day that entries should take one member at most
    unit_forms_target: int  # forms a day that one unit should fill in at most
    likeness_percent: int  # likeness from which the label of a new field asks whether it is held already
    difference_hours: int  # hours within which a side answers for a difference between two lists
    stock_warn_days: Annotated[int, MORE]  # days of supply, least, below which stock is reported short
    stock_lead_days: Annotated[int, MORE]  # days from an order to its delivery
    stock_safety_days: Annotated[int, MORE]  # days of reserve beyond the days of delivery
    burn_days: int  # last whole days on record of which the average use is taken, at most
    burn_days_least: int  # days on record in a row without which no average use is given
    arrival_meal_before: time  # local time before which somebody must have arrived to eat that day
    arrival_meals: int  # last meals of the day that somebody gets on the day of arrival
    release_meals: int  # first meals of the day that somebody gets on the last day
    meal_from: Mapping[str, time]  # meal -> local time from which it is served
    meal_until: Mapping[str, time]  # meal -> local time until which it is served
    meal_cutoff: Mapping[str, time]  # meal -> local time at which its list is fixed
    meal_by: Mapping[str, time]  # meal -> local time by which it is at every drop point
    meal_celsius_least: Annotated[Decimal, MORE]  # °C, least, of a meal at its drop point
    reading_opens: Mapping[str, time]  # slot -> local time from which its reading may be taken
    reading_due: Mapping[str, time]  # slot -> local time by which it is due
    reading_closes: Mapping[str, time]  # slot -> local time until which it is still taken, late
    reading_grace_minutes: int  # minutes after arrival by which the first reading is due at the earliest
    second_reading_minutes: Annotated[int, LESS]  # minutes after a reading out of range within which one is taken again
    observation_days: Annotated[int, MORE]  # days a contact is observed at a site; 0 = not observed
    home_days: Annotated[int, MORE]  # days a contact then looks after own health at home
    secondary_days: Annotated[int, MORE]  # days a contact's contact is observed at home; 0 = not observed
    lookback_days: Annotated[int, MORE]  # days before onset, or before the sample, from which contacts count
    count_from: Annotated[str, Bound("later", among=COUNTS)]  # "last_exposure" or "admission": day 0 of an observation
    reading_slots: Annotated[tuple[str, ...], READINGS]  # times of day at which somebody in observation is measured
    transfer_hours: Annotated[int, LESS]  # hours from being named a contact to being at the site
    test_days: Annotated[tuple[int, ...], ALL]  # days of an observation on which a sample is taken; the last = release
    test_days_after: Annotated[tuple[int, ...], ALL]  # days after release on which a sample is taken
    secondary_test_days: Annotated[tuple[int, ...], ALL]  # days on which a contact's contact is sampled
    release_conditions: Annotated[tuple[str, ...], ENDS]  # what must hold before an observation ends
    referral_minutes: Annotated[int, LESS]  # minutes from isolating somebody on campus to the referral being accepted
    guardian_minutes: Annotated[int, LESS]  # minutes from isolating somebody on campus to a guardian being told
    secondary_contacts: Annotated[bool, MORE]  # whether contacts of a contact are looked for
    contact_minutes: Annotated[int, LESS]  # minutes together from which two people are in contact
    contact_metres: Annotated[Decimal, MORE]  # metres within which two people are in contact
    cluster_cases: Annotated[int, LESS]  # connected cases within one observation that make a cluster
    cluster_same_day: Annotated[int, LESS]  # similar cases in one class or dormitory on one day that are reported
    cluster_days: Annotated[int, MORE]  # days in a row over which similar cases are counted
    cluster_several_days: Annotated[int, LESS]  # similar cases within those days that are reported
    cluster_report_hours: Annotated[int, LESS]  # hours within which a cluster is reported
    incident_minutes: Annotated[int, LESS]  # minutes from detecting an emergency to handled, and to reported
    incident_offline_hours: int  # hours back to which a device's own time of an act is believed
    notice_minutes: Annotated[int, LESS]  # minutes within which superior and community hear of a yellow or red code
    code_tests: Annotated[int, MORE]  # negative tests that a yellow or red code asks for
    serious_report_hours: Annotated[int, LESS]  # hours within which an alert of high grade is reported
    trace_hours: Annotated[int, LESS]  # hours within which the places where a yellow or red code was are disinfected
    objection_hours: Annotated[int, LESS]  # hours within which an objection to a status is answered
    manual_changes_a_day: Annotated[int, LESS]  # statuses that may be changed by hand in one institution in a day
    share_max_age: int  # years; guests up to this age stay in one room with a guardian
    extension_days: Annotated[int, LESS]  # days by which one decision may put off the last day of a stay, at most
    floor_starts_anew: Annotated[bool, MORE]  # whether a positive finding may start the days of a whole floor anew
    release_free_readings: Annotated[int, MORE]  # last readings before release that must be without fever and symptoms
    contact_points: Mapping[str, int]  # kind of exposure -> points of a proposed contact
    contact_close_points: Annotated[int, LESS]  # points from which a proposed contact is a close one
    tracing_hours: Annotated[int, LESS]  # hours within which a case is reported, asked, and its contacts told
    tracing_complete_hours: Annotated[int, LESS]  # hours in which all contacts of a confirmed case are in isolation
    area_lookback_days: Annotated[int, MORE]  # days before a list of risk areas takes effect that count as a stay there
    pair_cap: Annotated[int, LESS]  # people one adult looks after at most
    pair_days: Annotated[int, MORE]  # days a pair lasts when nobody says otherwise
    pair_contact_by: time  # local time by which everybody in one-to-one follow-up was reached
    pair_escalate_minutes: Annotated[int, LESS]  # minutes after which a contact not made goes on to the next in charge
    recall_exempt_levels: Annotated[tuple[str, ...], RISKY]  # levels of an area from which nobody is called back
    site_rooms_ready_hours: Annotated[int, LESS]  # hours after T0 by which every room of a site is ready
    site_first_batch_hours: Annotated[int, LESS]  # hours after T0 by which the first batch is in its rooms
    site_converted_hours: Annotated[int, LESS]  # hours after T0 by which the conversion of a site is complete
    site_pace_minutes: int  # minutes back over which the pace of a milestone is taken
    site_disinfection_days: Annotated[int, MORE]  # days of terminal disinfection before a site is released
    terminal_mg_per_l: Annotated[int, MORE]  # mg/L of available chlorine, least, in terminal disinfection
    terminal_contact_minutes: Annotated[int, MORE]  # minutes the agent stays wet, least, in terminal disinfection
    seats_per_desk: Annotated[int, LESS]  # learners at one desk
    beds_per_room: Annotated[int, LESS]  # learners in one dormitory room
    diners_per_table: Annotated[int, LESS]  # diners at one table of a dining room
    dining_group: Annotated[int, LESS]  # people in a fixed small group that eats together, at most
    sitting_minutes: int  # minutes from the start of one sitting to the start of the next
    class_opens_at: time  # local time at which a class opens on its first day
    surface_mg_l: Annotated[int, MORE]  # mg/L available chlorine that public surfaces take at least
    surface_minutes: Annotated[int, MORE]  # minutes that the disinfectant stays on public surfaces at least
    disinfection_due: Mapping[str, time]  # time of day -> local time by which each zone is disinfected
    marker_check_days: Annotated[int, LESS]  # days between two checks of the markers at a gathering spot
    false_alarms_a_day: Annotated[int, LESS]  # false alarms a day that one detection setting may cause at most
    baseline_days: int  # days before today that EARS compares with
    cusum_days: int  # days of records from which daily counts are watched by CUSUM, and that it compares with
    least_spread: Decimal  # people; spread of counts that EARS takes at least, so that one case is nothing unusual
    rate_days: int  # last days whose records give the usual share of people ill
    rate_days_least: int  # days on record among them without which the base rates are taken
    judged_percent: int  # Percent of those asked who must have answered for a day of a unit to be judged
    quiet_percent: Mapping[str, Decimal]  # "what is counted.kind of school" -> percent of people ill on a quiet day
    onset_curve: Mapping[str, Decimal]  # setting of the curve by onset -> its value, see the rule pack
    risk_review_days: Annotated[int, LESS]  # days within which a risk assessment is reviewed, at most
    risk_notice_days: int  # days before the end of its day at which an owed review is shown
    what_if: Mapping[str, Decimal]  # assumption of a scenario -> its value at first, see the rule pack
    quality: Mapping[str, Decimal]  # measure of the quality of reports -> its limit, see the rule pack


def policy_from(parameters: Mapping[str, Any]) -> Policy:
    """The policy that these rule-pack parameters make; a missing or unknown name is a `ValueError` that names it."""
    known = {f.name for f in fields(Policy)}
    if extra := set(parameters) - known:
        raise ValueError(f"unknown rule-pack parameters: {', '.join(sorted(extra))}")
    if missing := known - set(parameters):
        raise ValueError(f"missing rule-pack parameters: {', '.join(sorted(missing))}")
    hints = kinds()
    return Policy(**{name: _named(name, hints[name], parameters[name]) for name in known})


def _named(name: str, kind: Any, raw: Any) -> Any:
    try:
        return read(kind, raw)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueError(f"{name}: {error}") from error


@cache
def kinds() -> Mapping[str, Any]:
    """The annotation of each number, with its bound."""
    return get_type_hints(Policy, include_extras=True)


def bounds() -> Mapping[str, Bound]:
    """Which numbers have a strict direction, and which."""
    found = {name: bound_of(kind) for name, kind in kinds().items()}
    return {name: bound for name, bound in found.items() if bound is not None and bound.stricter}
