"""What happens before the web door opens (首次启动): the product prepares itself and says what the person should read.

Run as a program by `lianfang up`, in a process of its own, so that the supervisor stays small:
`python -m lianfang.interfaces.server.first_start [DEMO]` prints the lines.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from typing import Final

import django

from lianfang.interfaces.server import leash
from lianfang.interfaces.server.trouble import CannotRun, say

HOOK: Final = "lianfang.interfaces.commands.first_start"
LAST_WORDS_SECONDS: Final = 5.0


def main(argv: Sequence[str]) -> int:
    """Calls `prepare(demo)` of the hook module and prints the lines it returns."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    leash.follow_parent(grace=LAST_WORDS_SECONDS)
    if importlib.util.find_spec(HOOK) is None:
        return 0
    django.setup()
    try:
        lines = importlib.import_module(HOOK).prepare(argv[0] if argv else None)
    except CannotRun as trouble:
        say(trouble.sentence)
        return trouble.status
    for line in lines:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
