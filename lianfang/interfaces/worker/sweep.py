"""One pass of the worker (巡检一遍): what is due now, step by step, each step in a small transaction of its own.

A pass looks only at the clock and the records, so tests and replays call it with `clock.at(...)` as often as they like.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection

from lianfang.capabilities.screening.handout import hand_out
from lianfang.capabilities.supplies.shortages import watch_stores
from lianfang.capabilities.surveillance.counting import count_moved
from lianfang.capabilities.surveillance.running import run_due
from lianfang.capabilities.verification.waiting import wake
from lianfang.demo import live
from lianfang.interfaces.after_action.making import make_one
from lianfang.interfaces.worker.folding import fold_once
from lianfang.kernel import clock
from lianfang.kernel.alerts.heartbeat import beat
from lianfang.kernel.alerts.reminders import AT_ONCE, escalate, remind
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.files.purge import purge
from lianfang.kernel.policies import drills
from lianfang.kernel.reporting.days import Opened, open_days
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import AT_ONCE as MOST_ALERTED
from lianfang.kernel.tasks.ops import alert as late_tasks
from lianfang.reactions import REACTIONS
from lianfang.reactions.movements import record_stays_begun

PROCESS = "worker"
LONGEST_REST = timedelta(minutes=5)
WATCHES_EVERY = timedelta(seconds=30)
"""Between two counts of illness: whoever reads them looks at days, and the answers come in by the thousand."""
Step = Callable[[], int]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Rest:
    """A step that failed: how often in a row, and until when it is left alone."""

    failures: int
    until: datetime


@dataclass(slots=True)
class Worker:
    """A worker between its passes: the days it has opened, and the steps that rest after a failure."""

    opened: Opened = field(default_factory=Opened)
    resting: dict[str, _Rest] = field(default_factory=dict)
    folds: bool = True  # unless another thread does
    watched_at: datetime | None = None

    def sweep(self) -> dict[str, int]:
        """One pass; step -> how many things it did. Raises only when the database is away."""
        drills.follow()
        steps: dict[str, Step] = {
            "opened": self._open_days,
            "tasks": lambda: _at_once(hand_out),
            "reminded": lambda: _at_once(remind),
            "overdue": lambda: _in_turns(escalate, AT_ONCE),
            "late": lambda: _in_turns(late_tasks, MOST_ALERTED),
            "woken": lambda: _at_once(wake),
            "followed": lambda: dispatch(REACTIONS),
            "purged": lambda: _at_once(purge),
            "packed": lambda: _at_once(make_one),
            "played": live.play,
        }
        if self.folds:
            steps["folded"] = fold_once
        if self._watches():
            steps |= {"counted": count_moved, "alarmed": lambda: _at_once(run_due)}
            steps |= {"stores": lambda: _at_once(watch_stores), "departed": lambda: _at_once(record_stays_begun)}
        done = {name: self._take(name, step) for name, step in steps.items()}
        with within(EVERYTHING):
            beat(PROCESS, resting=sorted(self.resting))
        return done

    def _watches(self) -> bool:
        """Whether it is time to count illness again; then it is noted."""
        due = self.watched_at is None or not 0 <= (clock.now() - self.watched_at) / WATCHES_EVERY < 1
        self.watched_at = clock.now() if due else self.watched_at
        return due

    def _open_days(self) -> int:
        # What is remembered must have been committed, so the step works on a copy.
        trial = replace(self.opened, days=dict(self.opened.days))
        made = _at_once(lambda: open_days(trial))
        self.opened = trial
        return made

    def _take(self, name: str, step: Step) -> int:
        rest = self.resting.get(name)
        if rest is not None and clock.now() < rest.until:
            return 0
        try:
            did = step()
        except Exception as failure:  # one step's trouble must not keep the others from their work
            if isinstance(failure, (OperationalError, InterfaceError)) and not connection.is_usable():
                raise
            self._rest(name, failure)
            return 0
        self.resting.pop(name, None)
        return did

    def _rest(self, name: str, failure: Exception) -> None:
        failures = self.resting[name].failures + 1 if name in self.resting else 1
        pause = min(timedelta(seconds=2 ** min(failures, 12)), LONGEST_REST)
        self.resting[name] = _Rest(failures, clock.now() + pause)
        place = traceback.extract_tb(failure.__traceback__)[-1]
        _log.error("step %s failed: %s at %s:%s", name, type(failure).__name__, place.filename, place.lineno)


def _at_once(step: Step) -> int:
    with within(EVERYTHING):
        return step()


def _in_turns(step: Step, most: int) -> int:
    """The step again, in a transaction each, as long as it finds as much as it may take at once."""
    done = found = _at_once(step)
    while found == most:
        found = _at_once(step)
        done += found
    return done


def sweep() -> dict[str, int]:
    """One pass of a worker that remembers nothing; for tests."""
    return Worker().sweep()
