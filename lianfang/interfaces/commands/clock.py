"""`lianfang clock show|set|real` (演练时钟): what time the product believes it is, and how a drill changes that."""

from __future__ import annotations

import argparse
import json
import os
from datetime import datetime
from typing import Any

from lianfang.interfaces.server.state import database_for, state_folder
from lianfang.interfaces.server.trouble import CannotRun

REASON = "drill"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`show`, `set MOMENT` and `real`."""
    parser.add_argument("what", choices=("show", "set", "real"), help="show the clock, set a drill's, or end the drill")
    parser.add_argument(
        "moment", nargs="?", metavar="MOMENT", help="for set: 2021-08-06T16:18, local or with an offset"
    )
    parser.add_argument("--reason", default=REASON, help="why, as it is kept with the drill (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")


def run(args: argparse.Namespace) -> int:
    """Returns 0. Raises CannotRun for a moment that cannot be read."""
    if (args.what == "set") != (args.moment is not None):
        raise CannotRun("`set` needs a moment, such as 2021-08-06T16:18; `show` and `real` need none.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    with database_for(state_folder(args.data)):
        import django  # noqa: PLC0415  settings need the database's address

        django.setup()
        shown = _run(args)
    print(json.dumps(shown) if args.json else _in_words(shown))
    return 0


def _run(args: argparse.Namespace) -> dict[str, Any]:
    from lianfang.kernel import clock  # noqa: PLC0415
    from lianfang.kernel.policies import drills  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        if args.what == "set":
            drills.start(_moment(args.moment), args.reason)
        elif args.what == "real":
            drills.end()
        drills.follow()
    offset = clock.drill_offset()
    shown = clock.now().astimezone(_zone()).isoformat(timespec="seconds")
    return {"now": shown, "drill": bool(offset), "offset_seconds": round(offset.total_seconds())}


def _moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError as unread:
        raise CannotRun(f"{text!r} is not a moment; write it as 2021-08-06T16:18 or with an offset.") from unread
    return given if given.tzinfo else given.replace(tzinfo=_zone())


def _zone() -> Any:
    from django.utils import timezone  # noqa: PLC0415

    return timezone.get_default_timezone()


def _in_words(shown: dict[str, Any]) -> str:
    return f"{shown['now']} ({'a drill' if shown['drill'] else 'real time'})"
