"""When a case could infect others, and how long a contact is followed (传染期、随访期): days of the unit's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lianfang.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Window:
    """The days from which to which exposure to a case counts, both included, and from what they are counted."""

    first: date
    last: date
    counted_from: str  # "onset" or "sample"


def infectious_window(
    *, onset: date | None, sample: date | None, today: date, policy: Policy, isolated: date | None = None
) -> Window | None:
    """From `lookback_days` before onset, or before sampling when there are no symptoms, until isolation or today.

    None when neither day is known: then nobody can be said to have been exposed. (Rules 3.1, 5th edition onwards.)
    """
    start = onset or sample
    if start is None:
        return None
    first = start - timedelta(days=policy.lookback_days)
    last = min(isolated, today) if isolated else today
    return Window(first, max(first, last), "onset" if onset else "sample")


def followed_until(last_exposure: date, policy: Policy, *, secondary: bool = False) -> date:
    """The last day of follow-up: `observation_days` after the last exposure, which is day 0; for contacts of contacts
    `secondary_days`."""
    return last_exposure + timedelta(days=policy.secondary_days if secondary else policy.observation_days)
