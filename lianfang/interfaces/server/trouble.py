"""What prevents running on this machine (无法运行), said in one sentence to the person at the console."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

WRONG_USAGE: Final = 2
FAILED: Final = 1

type_of_say = Callable[[str], None]


class CannotRun(Exception):
    """Nothing was started or changed; `sentence` says why and what to do, `status` is the command's exit status."""

    def __init__(self, sentence: str, *, status: int = WRONG_USAGE) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def say(line: str) -> None:
    """Tells the person at the console about progress, on standard error."""
    print(line, file=sys.stderr, flush=True)
