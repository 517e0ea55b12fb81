"""When this happens, do that (联动): the only place where capabilities meet; read top to bottom it is the plan.

The worker runs each function once for each event, after the event's transaction has committed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lianfang.kernel.audit.models import Event

Reaction = Callable[[Event], None]
REACTIONS: Mapping[str, tuple[Reaction, ...]] = {}
