"""The grade of a risk (风险研判): likelihood by consequence, from a grid that is data (WHO rapid risk assessment)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lianfang.domain.refusals import Refused


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows are likelihoods, columns consequences, both from low to high; each cell holds a grade."""

    likelihoods: Sequence[str]
    consequences: Sequence[str]
    cells: Mapping[str, Sequence[str]]

    def grade(self, likelihood: str, consequence: str) -> str:
        """The grade of a pair. Refused `choice.unknown` (likelihood, consequence)."""
        if likelihood not in self.likelihoods:
            raise Refused("choice.unknown", "likelihood")
        if consequence not in self.consequences:
            raise Refused("choice.unknown", "consequence")
        return self.cells[likelihood][list(self.consequences).index(consequence)]
