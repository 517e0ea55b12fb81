"""How many are not well on a board (值班台的不适人数): small counts hidden as the pages of illness hide them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from lianfang.capabilities.surveillance.sight import hides
from lianfang.domain.small import Shown, Small, bound_now
from lianfang.domain.surveillance.terms import ANY, FEVER
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.board_asked import Question, ask
from lianfang.kernel.scope import EVERYTHING, looking

_SETTLED: Final = """
SELECT unit_id, bounds FROM surveillance_daycount
 WHERE day = %(day)s AND unit_id = ANY(%(units)s) AND bounds <> '{}'
"""


@dataclass(frozen=True, slots=True)
class IllShown:
    """What somebody is told of who is ill in units on a day; `fewest` is 0 for whoever sees the people themselves."""

    fewest: int
    bounds: Mapping[int, Mapping[str, int]]

    def unwell(self, unit_id: int, count: int) -> Small:
        """How many are not well: all who are ill, as `surveillance` counts them."""
        return self._small(unit_id, count, ANY)

    def fever(self, unit_id: int, count: int) -> Small:
        """How many have a fever."""
        return self._small(unit_id, count, FEVER)

    def well(self, unit_id: int, well: int, unwell: int) -> int | None:
        """How many are well; None where that would tell how many are not."""
        return None if self.unwell(unit_id, unwell).suppressed else well

    def _small(self, unit_id: int, count: int, code: str) -> Small:
        if not self.fewest:
            return Small(count)
        bound = self.bounds.get(unit_id, {}).get(code, 0)
        return Small(count, None, self.fewest, bound_now(count, bound, self.fewest))


def ill_shown(actor: Actor, unit: Unit, units: Iterable[int], day: date) -> IllShown:
    """For the board of a unit and the lower `units` on it, by number; one statement where anything may be hidden."""
    if not hides(actor, unit):
        return IllShown(0, {})
    with looking(EVERYTHING):  # what is hidden is settled over units that the reader may not see
        (rows,) = ask(Question(_SETTLED, {"day": day, "units": [unit.pk, *units]}))
    return IllShown(policy_of(unit, on=day).small_cell, {pk: json.loads(bounds) for pk, bounds in rows})


def as_json(one: Small) -> Shown | dict[str, int]:
    """As lists of the API have it: a number, or `{"below": 5}`."""
    return {"below": one.bound or one.fewest} if one.suppressed else one.count
