"""What a circular may change (规定): every number of a rule, with its unit, read from dated rule packs (规则包).

No field has a default: a number lives in a rule pack (`lianfang/rulepacks/*.toml` or one loaded by an institution),
never in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

SLOTS = ("am", "noon", "pm")
LARGEST = 100_000  # of any whole number in a rule pack; days, minutes, years and counts are all far below


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
    slots: tuple[str, ...]  # times of day that are asked for: am, noon, pm
    reporting_days: str  # "daily" or "school_days": the calendar on which reports are owed
    fever_c: Decimal  # °C, from which a reading is a fever
    temperature_min: Decimal  # °C, below which a reading is refused
    temperature_max: Decimal  # °C, above which a reading is refused
    plausible_min: Decimal  # °C, below which a reading asks for a second look
    plausible_max: Decimal  # °C, above which a reading asks for a second look
    clock_skew_minutes: int  # minutes a client's clock may differ before we say so
    count_jump_factor: Decimal  # times yesterday's figure from which a count asks for a second look
    count_jump_floor: int  # counts below this never ask for a second look
    child_age: int  # years; younger persons are children whose data only guardian, class head and doctor see
    small_cell: int  # published counts below this are hidden
    automated_answers: int  # identical answers from one client ...
    automated_seconds: int  # ... within this many seconds are flagged as automated
    shift_notice_minutes: int  # minutes before a shift by which contractor staff have registered
    fresh_days: Mapping[str, int]  # field of the dictionary, or its group -> days for which what is held is fresh
    entry_seconds: Mapping[str, int]  # kind of entry -> seconds that making one takes
    member_seconds_target: int  # seconds a day that entries should take one member at most
    unit_forms_target: int  # forms a day that one unit should fill in at most
    likeness_percent: int  # likeness from which the label of a new field asks whether it is held already
    difference_hours: int  # hours within which a side answers for a difference between two lists


def policy_from(parameters: Mapping[str, Any]) -> Policy:
    """The policy that these rule-pack parameters make; a missing or unknown name is a `ValueError` that names it."""
    known = {f.name for f in fields(Policy)}
    if extra := set(parameters) - known:
        raise ValueError(f"unknown rule-pack parameters: {', '.join(sorted(extra))}")
    if missing := known - set(parameters):
        raise ValueError(f"missing rule-pack parameters: {', '.join(sorted(missing))}")
    hints = get_type_hints(Policy)
    return Policy(**{name: _read(hints[name], parameters[name]) for name in known})


def _read(kind: Any, raw: Any) -> Any:
    if kind is Decimal:
        return _measure(raw)
    if kind is time:
        return raw if isinstance(raw, time) else time.fromisoformat(str(raw))
    if kind is int:
        return _whole(raw)
    if kind is str:
        return str(raw)
    if get_origin(kind) is Mapping:
        _, of = get_args(kind)
        return MappingProxyType({str(k): _read(of, v) for k, v in dict(raw).items()})
    return _slots(raw)


def _measure(raw: Any) -> Decimal:
    value = Decimal(str(raw))
    if not value.is_finite():
        raise ValueError(f"not a measure: {raw!r}")
    return value


def _whole(raw: Any) -> int:
    value = int(raw)
    if isinstance(raw, bool) or not 0 <= value <= LARGEST:
        raise ValueError(f"not a whole number from 0 to {LARGEST}: {raw!r}")
    return value


def _slots(raw: Any) -> tuple[str, ...]:
    found = tuple(str(item) for item in raw)
    if not found or isinstance(raw, str) or set(found) - set(SLOTS):
        raise ValueError(f"not times of day ({', '.join(SLOTS)}): {raw!r}")
    return found


def merged(packs: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Parameters of several packs laid over each other, the last one strongest; deadlines merge by unit kind."""
    result: dict[str, Any] = {}
    for pack in packs:
        for name, value in pack.items():
            if isinstance(value, Mapping) and isinstance(result.get(name), Mapping):
                result[name] = {**result[name], **value}
            else:
                result[name] = value
    return result
