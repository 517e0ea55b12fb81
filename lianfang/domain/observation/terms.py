"""The terms under which one stay is held (留观规定): taken from the rules in force when it began, and kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from lianfang.domain.policy import Policy

FROM_EXPOSURE, FROM_ADMISSION = "last_exposure", "admission"
DAYS_COMPLETE, NO_SYMPTOMS, TESTS_NEGATIVE = "days_complete", "no_symptoms", "tests_negative"


@dataclass(frozen=True, slots=True)
class Terms:
    """Days of observation and from when they count, tests by day, conditions of release; `edition` says whose rules.

    `test_days` and `home_days` are whole days; `free_readings` is how many of the last readings must be without fever
    and symptoms; `share_max_age` is in completed years.
    """

    edition: str
    observation_days: int
    home_days: int
    count_from: str
    slots: tuple[str, ...]
    test_days: tuple[int, ...]
    test_days_after: tuple[int, ...]
    conditions: tuple[str, ...]
    free_readings: int
    share_max_age: int

    @property
    def as_json(self) -> dict[str, Any]:
        """The terms as a stay keeps them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def lasting(self, days: int) -> Terms:
        """The same terms with another number of days of observation."""
        return replace(self, observation_days=days)


def terms_of(policy: Policy, edition: str) -> Terms:
    """The terms that these rules give a stay that begins under them."""
    return Terms(
        edition=edition,
        observation_days=policy.observation_days,
        home_days=policy.home_days,
        count_from=policy.count_from,
        slots=tuple(policy.reading_slots),
        test_days=tuple(policy.test_days),
        test_days_after=tuple(policy.test_days_after),
        conditions=tuple(policy.release_conditions),
        free_readings=policy.release_free_readings,
        share_max_age=policy.share_max_age,
    )


def terms_from(kept: Mapping[str, Any]) -> Terms:
    """The terms that a stay has kept."""
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return Terms(**given)
