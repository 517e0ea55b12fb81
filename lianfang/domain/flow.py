"""A flow (流程): which states a thing can be in, and by which acts it goes from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.domain.refusals import Refused


@dataclass(frozen=True, slots=True)
class Move:
    """An act that is possible in `sources` and leads to `target`."""

    name: str
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a thing starts, and every move there is."""

    start: str
    moves: tuple[Move, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state once, the first one first."""
        named = [self.start, *(state for move in self.moves for state in (*move.sources, move.target))]
        return tuple(dict.fromkeys(named))

    def after(self, state: str, name: str) -> str:
        """The state that the move leads to. Refused `flow.condition` (state, move) when it is not possible there."""
        for move in self.moves:
            if move.name == name and state in move.sources:
                return move.target
        raise Refused("flow.condition", "state", state=state, move=name)

    def allowed(self, state: str) -> tuple[str, ...]:
        """The moves that are possible in a state, in the order they are declared."""
        return tuple(dict.fromkeys(move.name for move in self.moves if state in move.sources))
