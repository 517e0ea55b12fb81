"""`lianfang manage …` (管理命令): Django's commands, with the database of the state folder running."""

from __future__ import annotations

import argparse
import os
from typing import Final

from lianfang.interfaces.server.state import database_for, state_folder

# These change tables, so they work as the role that owns them.
AS_OWNER: Final = frozenset({"migrate", "flush", "createcachetable", "dbshell", "test"})
WITHOUT_DATABASE: Final = frozenset({"help", "version", "makemessages", "compilemessages", "startapp", "diffsettings"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--data` of ours comes first; everything else is Django's."""
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="…", help="a command of Django and its arguments"
    )


def run(args: argparse.Namespace) -> int:
    """Runs Django's command line; it exits by itself when it finds something wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    command = args.arguments[0] if args.arguments else "help"
    if command in AS_OWNER:
        os.environ.setdefault("LIANFANG_ROLE", "owner")
    if command in WITHOUT_DATABASE and os.environ.get("LIANFANG_SECRET_KEY"):
        return _django(args.arguments)
    with database_for(state_folder(args.data)):
        return _django(args.arguments)


def _django(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line  # noqa: PLC0415  slow to load

    execute_from_command_line(["lianfang manage", *arguments])
    return 0
