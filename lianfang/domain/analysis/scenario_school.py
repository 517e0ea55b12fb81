"""Who meets whom in an institution (班级与宿舍结构): desks, classes, dormitories, the rest.

The reproduction number is of the institution as usual: its layers are shares of the persons that one case infects
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import brentq

from lianfang.domain.analysis.series import Floats, within
from lianfang.domain.refusals import Refused

Ints = NDArray[np.int64]
Contacts = Literal["none", "near", "class"]
CONTACTS: Final = ("none", "near", "class")
MOST_PERSONS: Final = 10_000
_LAYERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan; days may be parts of a day. `contacts`: nobody, desk and room, or the whole class is quarantined."""

    classes: int
    class_size: int
    desk: int  # persons at a desk
    dormitory: int  # persons in a room; 0 or 1: nobody shares one
    imported: int  # infected persons who come in on day 0, as they become infectious
    r: float  # persons one case infects in the institution as usual
    incubation: float  # days from infection to symptoms, mean
    serial: float  # days from a case's symptoms to those of the persons it infects, mean
    tests: int  # of everybody, a week
    sensitivity: float  # of a test while somebody is infectious, 0..1
    delay: float  # days from symptoms to isolation
    contacts: Contacts = "none"

    @property
    def persons(self) -> int:
        """Everybody."""
        return self.classes * self.class_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What a plan does not say; the first three are shares of infections, the rest of them happens anywhere."""

    at_desk: float
    in_room: float
    in_class: float
    usual_desk: int  # persons at a desk for whom R is
    usual_room: int  # persons in a room for whom R is
    usual_class: int  # persons in a class for whom R is
    with_symptoms: float  # share of the infected who have symptoms that are noticed
    before_symptoms: float  # days that somebody is infectious before symptoms
    spread_of_times: float  # standard deviation / mean of the latent and of the infectious time
    quarantine: int  # days of quarantine of a contact

    @property
    def anywhere(self) -> float:
        """Share of infections that happen neither at the desk nor in the room nor in the class."""
        return 1 - self.at_desk - self.in_room - self.in_class


@dataclass(frozen=True)
class School:
    """A plan with its numbers worked out: times, and rates of infectious contacts by layer."""

    plan: Plan
    assumed: Assumed

    def __post_init__(self) -> None:
        """Refuses what cannot be; `number.out_of_range` names the field."""
        for name, (low, high) in _BOUNDS.items():
            within(getattr(self.plan, name), name, low=low, high=high)
        if self.plan.persons > MOST_PERSONS:
            raise Refused("scenario.too_many", "classes", persons=self.plan.persons, most=MOST_PERSONS)
        if self.plan.imported > self.plan.persons:
            raise Refused("scenario.more_imported", "imported", persons=self.plan.persons)
        if self.plan.contacts not in CONTACTS:
            raise Refused("choice.unknown", "contacts", known=", ".join(CONTACTS))
        within(self.assumed.anywhere, "assumed", low=0, high=1)
        if self.latent <= 0:
            raise Refused("scenario.incubation_short", "incubation", days=self.assumed.before_symptoms)
        if self.infectious <= 0:
            raise Refused("scenario.serial_short", "serial", days=round(self.latent, 1))

    @property
    def latent(self) -> float:
        """Mean days from infection to becoming infectious."""
        return self.plan.incubation - self.assumed.before_symptoms

    @property
    def infectious(self) -> float:
        """Mean infectious days D: infections happen at latent + D/2 (1 + cv²) on average, the serial interval."""
        return 2 * (self.plan.serial - self.latent) / (1 + self.assumed.spread_of_times**2)

    @cached_property
    def pressure(self) -> float:
        """Infectious contacts a day of one case as usual, such that it infects R persons, each of them once."""
        if not self.plan.r:
            return 0.0
        if self._infects(_MOST_PRESSURE) < self.plan.r:
            raise Refused("scenario.r_too_high", "r", most=round(self._infects(_MOST_PRESSURE), 1))
        return float(brentq(lambda pressure: self._infects(pressure) - self.plan.r, 0.0, _MOST_PRESSURE, xtol=1e-12))

    @cached_property
    def beds(self) -> Ints:
        """Bed of each seat of a class: roommates are classmates, and are not the neighbours at the desk."""
        return np.random.default_rng(0).permutation(self.plan.class_size)

    @cached_property
    def seats(self) -> Ints:
        """Seat of each bed of a class."""
        return np.argsort(self.beds)

    def met(self, person: Ints, share_of_day: Floats, rng: Generator) -> tuple[Ints, Ints]:
        """Infectious contacts of one day: places of the cases in `person`, and whom they met."""
        found = [self._met_in(layer, person, share_of_day, rng) for layer in range(_LAYERS)]
        return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])

    def near(self, person: Ints) -> tuple[Ints, Ints]:
        """Everybody at the desk and in the room of these persons: places in `person`, and the others."""
        size = self.plan.class_size
        seat = person % size
        found = [_block(seat, self.plan.desk, size)]
        bed_of, bed = _block(self.beds[seat], self.plan.dormitory, size)
        found.append((bed_of, self.seats[bed]))
        of = np.concatenate([one[0] for one in found])
        return of, (person - seat)[of] + np.concatenate([one[1] for one in found])

    def classmates(self, person: Ints) -> tuple[Ints, Ints]:
        """Everybody in the class of these persons, themselves included."""
        size = self.plan.class_size
        of = np.repeat(np.arange(len(person)), size)
        return of, (person // size * size)[of] + np.tile(np.arange(size), len(person))

    def _met_in(self, layer: int, person: Ints, share_of_day: Floats, rng: Generator) -> tuple[Ints, Ints]:
        size, everybody = self.plan.class_size, self.plan.persons
        seat = person % size
        group = (self.plan.desk, self.plan.dormitory, size, everybody)[layer]
        position = (seat, self.beds[seat], seat, person)[layer]
        whole = everybody if layer == _LAYERS - 1 else size
        start = position // max(group, 1) * max(group, 1)
        others = np.minimum(max(group, 1), whole - start) - 1
        per_case = self._rates[layer] * (others if layer < 2 else others > 0)  # noqa: PLR2004  desk and room: per pair
        of = np.repeat(np.arange(len(person)), rng.poisson(per_case * share_of_day))
        step = 1 + (rng.random(len(of)) * others[of]).astype(np.int64)
        mate = start[of] + (position[of] - start[of] + step) % (others[of] + 1)
        if layer == _LAYERS - 1:
            return of, mate
        return of, (person - seat)[of] + (self.seats[mate] if layer == 1 else mate)

    @cached_property
    def _rates(self) -> tuple[float, float, float, float]:
        """Infectious contacts a day: with one neighbour, with one roommate, in the class, anywhere."""
        assumed = self.assumed
        per_pair = assumed.at_desk / (assumed.usual_desk - 1), assumed.in_room / (assumed.usual_room - 1)
        of_case = (*per_pair, assumed.in_class, assumed.anywhere)
        first, second, third, fourth = (self.pressure * one for one in of_case)
        return first, second, third, fourth

    def _infects(self, pressure: float) -> float:
        """Persons one case infects as usual: nobody twice in a small group, over a gamma distributed time."""
        cv2 = self.assumed.spread_of_times**2
        groups = (
            (self.assumed.at_desk, self.assumed.usual_desk - 1),
            (self.assumed.in_room, self.assumed.usual_room - 1),
            (self.assumed.in_class, self.assumed.usual_class - 1),
        )
        small = sum(others * _hit(pressure * share / others * self.infectious, cv2) for share, others in groups)
        return small + pressure * self.assumed.anywhere * self.infectious


_BOUNDS: Final = {
    "classes": (1, 1000), "class_size": (1, 500), "desk": (1, 10), "dormitory": (0, 50), "imported": (1, 1000),
    "r": (0, 30), "incubation": (0.1, 60), "serial": (0.1, 90), "tests": (0, 7), "sensitivity": (0, 1), "delay": (0,
    60), }  # fmt: skip
_MOST_PRESSURE: Final = 1e4


def _hit(contacts: float, cv2: float) -> float:
    """Chance that so many expected contacts are at least one, their number being gamma mixed."""
    return float(-np.expm1(-contacts)) if not cv2 else float(-np.expm1(-np.log1p(contacts * cv2) / cv2))


def _block(position: Ints, group: int, size: int) -> tuple[Ints, Ints]:
    """The others in the same block of `group` places: places in `position`, and their positions."""
    of = np.repeat(np.arange(len(position)), max(group, 1))
    mate = (position // max(group, 1) * max(group, 1))[of] + np.tile(np.arange(max(group, 1)), len(position))
    real = (mate < size) & (mate != position[of])
    return of[real], mate[real]
