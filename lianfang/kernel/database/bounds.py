"""How long the database may keep somebody waiting (数据库时限): set by the process that serves, not by commands."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds that one statement may take, and seconds that a transaction may stay open with nothing asked."""

    statement: float
    idle: float

    @property
    def sql(self) -> str:
        """The settings of a connection; PostgreSQL counts in milliseconds."""
        return (
            f"SET statement_timeout = {round(self.statement * MILLISECONDS)};"
            f" SET idle_in_transaction_session_timeout = {round(self.idle * MILLISECONDS)}"
        )


# In force for connections opened in this context; a lane's thread keeps its connection, so it keeps the lane's bounds.
bounds: ContextVar[Bounds | None] = ContextVar("bounds", default=None)
