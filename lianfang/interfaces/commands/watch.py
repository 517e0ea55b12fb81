"""`lianfang watch` (后台巡检): the worker, until it is told to stop."""

from __future__ import annotations

import argparse
import os

from lianfang.interfaces.server.state import database_for, state_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The state folder, and one pass instead of many."""
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")
    parser.add_argument("--once", action="store_true", help="make one pass and end")


def run(args: argparse.Namespace) -> int:
    """Sweeps until SIGTERM or Ctrl-C; started by `up` it also ends with it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    with database_for(state_folder(args.data)):
        return _watch(once=args.once)


def _watch(*, once: bool) -> int:
    import django  # noqa: PLC0415  settings need the database's address

    django.setup()
    from lianfang.interfaces.worker.sweep import sweep  # noqa: PLC0415
    from lianfang.interfaces.worker.watch import stop_on_signals, watch  # noqa: PLC0415

    if once:
        sweep()
    else:
        watch(stop_on_signals())
    return 0
