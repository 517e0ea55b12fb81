"""`lianfang doctor` (体检): is this installation safe to run? Each check says ok, warn or fail, and what to do."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from lianfang.interfaces.commands.session import add_common, opened, print_json
from lianfang.interfaces.server.trouble import FAILED

SIGNS: Final = {"ok": "✓", "warn": "!", "fail": "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing but what all commands have."""
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Prints every check; 1 when one fails."""
    with opened(args):
        from lianfang.interfaces.commands.checks import examine  # noqa: PLC0415

        found = examine()
    failed = any(one.state == "fail" for one in found)
    if args.json:
        print_json({"status": "fail" if failed else "ok", "checks": [one.shown() for one in found]})
    for one in found if not args.json else ():
        sys.stdout.write(
            f"{SIGNS[one.state]} {one.name}: {one.said}\n" + (f"    → {one.advice}\n" if one.advice else "")
        )
    return FAILED if failed else 0
