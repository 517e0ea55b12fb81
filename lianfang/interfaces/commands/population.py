"""`lianfang population` (合成省份落库): writes the synthetic province into the database and proves its sums."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final, get_args

from lianfang.demo.population import Scale, province
from lianfang.interfaces.server.state import database_for, state_folder
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say

SAY_EVERY_SECONDS: Final = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("--scale", choices=get_args(Scale), required=True, help="S is 63,000 people, XL 17 million")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same province (default: 1)")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    parser.add_argument(
        "--into-empty",
        action="store_true",
        help="also into a database with real accounts, when it has no people and no units but roots",
    )
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")


def run(args: argparse.Namespace) -> int:
    """Returns 0 when the records add up to what was planned, else 1. Raises CannotRun where real people may be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    with database_for(state_folder(args.data)):
        bring_up_to_date()
        import django  # noqa: PLC0415  settings need the database's address

        django.setup()
        _check_free(into_empty=args.into_empty)
        written = _write(args.scale, args.seed)
    print(json.dumps(written, ensure_ascii=False) if args.json else _in_words(written))
    return 0 if written["agrees"] else FAILED


def bring_up_to_date() -> None:
    """Make or bring up to date the tables of the database under way, as their owner. Raises CannotRun."""
    command = [sys.executable, "-m", "django", "migrate", "--noinput", "--verbosity", "0"]
    done = subprocess.run(command, env={**os.environ, "LIANFANG_ROLE": "owner"}, check=False)
    if done.returncode != 0:
        raise CannotRun("The tables could not be brought up to date; the reason is above.", status=FAILED)


def _check_free(*, into_empty: bool) -> None:
    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415
    from lianfang.kernel.people.models import Person  # noqa: PLC0415
    from lianfang.kernel.policies.demonstrations import has_real_grants  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    if has_real_grants() and not into_empty:
        raise CannotRun(
            "Somebody real holds a role in this database, so no synthetic people are written into it."
            " Use another folder with --data DIR, or --into-empty when nothing has been entered yet."
        )
    with within(EVERYTHING):
        if Person.objects.exists() or Unit.objects.filter(parent__isnull=False).exists():
            raise CannotRun("This database has people or units already. Use another folder with --data DIR.")


def _write(scale: Scale, seed: int) -> dict[str, Any]:
    from lianfang.demo.settle import counted, planned, settle  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    began, plan = time.monotonic(), province(scale, seed)
    root = settle(plan, _now_and_then(say))
    with within(EVERYTHING):
        found = counted(root)
    wanted = planned(plan)
    return {
        "scale": scale,
        "seed": seed,
        "counts": found,
        "planned": wanted,
        "agrees": found == wanted,
        "seconds": round(time.monotonic() - began, 1),
    }


def _now_and_then(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Says progress at most every other second."""
    last = time.monotonic()

    def say_it(words: str) -> None:
        nonlocal last
        if time.monotonic() - last >= SAY_EVERY_SECONDS:
            last = time.monotonic()
            tell(f"  {words} …")

    return say_it


def _in_words(written: dict[str, Any]) -> str:
    lines = [f"{name}: {number:,}" for name, number in sorted(written["counts"].items())]
    verdict = "as planned" if written["agrees"] else f"NOT as planned: {written['planned']}"
    return "\n".join([*lines, f"{verdict}, in {written['seconds']} s"])
