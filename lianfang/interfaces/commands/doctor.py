"""`lianfang doctor` (体检): is this installation safe to run? Each check says ok, warn or fail, and what to do.

Below them stand the promises, each with the figures of its newest proof; one without a proof of this week is unproven.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import Final

from lianfang.interfaces.commands import promises
from lianfang.interfaces.commands.session import add_common, opened, print_json
from lianfang.interfaces.server import proofs
from lianfang.interfaces.server.trouble import FAILED

SIGNS: Final = {"ok": "✓", "warn": "!", "fail": "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing but what all commands have."""
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Prints every check and promise; 1 when a check fails or the newest proof of a promise did."""
    with opened(args):
        from django.conf import settings  # noqa: PLC0415

        from lianfang.interfaces.commands.checks import examine  # noqa: PLC0415

        found = examine()
        proven = proofs.read(proofs.file_of(settings.LIANFANG_STATE))
    now = datetime.now(UTC)
    failed = any(one.state == "fail" for one in found) or promises.broken(proven, now)
    if args.json:
        checks = [one.shown() for one in found]
        status = "fail" if failed else "ok"
        print_json({"status": status, "checks": checks, "promises": promises.as_json(proven, now)})
        return FAILED if failed else 0
    for one in found:
        advice = f"\n    → {one.advice}" if one.advice else ""
        sys.stdout.write(f"{SIGNS[one.state]} {one.name}: {one.said}{advice}\n")
    sys.stdout.write("\n" + "\n".join(promises.lines(proven, now)) + "\n")
    return FAILED if failed else 0
