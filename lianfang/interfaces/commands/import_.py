"""`lianfang import …` (导入): a file of units, people, reports or arrivals goes in, every row accounted for.

Exit status: 0 when every row was written (or, with `--dry-run`, could be), 1 when rows were refused, 2 when the file
cannot be read or is not the sender's to send.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lianfang.domain.refusals import Refused
from lianfang.interfaces.commands.session import (
    actor_of,
    add_actor,
    add_common,
    in_words,
    opened,
    print_json,
    unit_of,
)
from lianfang.interfaces.server.trouble import FAILED, WRONG_USAGE, CannotRun, say

if TYPE_CHECKING:
    from lianfang.kernel.accounts.actor import Actor
    from lianfang.kernel.files.models import Import
    from lianfang.kernel.orgs.models import Unit

KINDS: Final = ("units", "people", "reports", "arrivals", "sojourns", "list")
NOTHING: Final = dict.fromkeys(("read", "written", "refused", "held", "blank"), 0)
SHOWN: Final = 20  # problems said in words; the JSON names the first thousand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("what", choices=KINDS, help="what the rows are")
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX or NDJSON")
    parser.add_argument("--dry-run", action="store_true", help="check every row and write none")
    parser.add_argument("--keep-good", action="store_true", help="write the good rows of a file that has bad ones")
    parser.add_argument("--unit", metavar="CODE", help="the unit of rows that name none")
    listed = parser.add_argument_group("of a list of cases (`import list`), which comes under an exchange agreement")
    listed.add_argument("--agreement", metavar="NUMBER", help="the agreement's number or key")
    listed.add_argument("--side", choices=("ours", "theirs"), default="theirs", help="whose list it is")
    listed.add_argument("--control-total", type=int, metavar="ROWS", help="how many rows the sender says it has")
    listed.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day of the list")
    add_actor(parser)
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Prints what became of the rows."""
    _check_readable(args.file)
    with opened(args):
        actor = actor_of(args)
        try:
            kept = _received(actor, args)
        except Refused as refused:
            say(f"lianfang import: {in_words(refused)}")
            print_json({**NOTHING, "errors": _errors(refused)}, pretty=not args.json)
            return WRONG_USAGE
        return _tell(args, kept)


def _check_readable(file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as failure:
        raise CannotRun(f"{file} cannot be read: {failure.strerror}.") from failure


def _received(actor: Actor, args: argparse.Namespace) -> Import:
    """Take the file in; outside a transaction, so that a large one can be written in several."""
    from django.db import transaction  # noqa: PLC0415

    from lianfang.interfaces.exchange.imports import receive  # noqa: PLC0415
    from lianfang.interfaces.exchange.sheet import LOCAL  # noqa: PLC0415
    from lianfang.kernel.scope import within  # noqa: PLC0415

    say(f"Reading {args.file.name} …")
    with within(actor.scope):
        unit = unit_of(actor, args.unit)

    def take_in() -> Import:
        if args.what == "list":
            return _list(actor, args, unit)
        return receive(
            actor, args.what, args.file.name, args.file, unit=unit, keep_good=args.keep_good, dry_run=args.dry_run,
            limits=LOCAL,
        )  # fmt: skip

    if not args.dry_run:
        return take_in()
    with within(actor.scope), transaction.atomic():
        kept = take_in()
        transaction.set_rollback(True)
    return kept


def _list(actor: Actor, args: argparse.Namespace, unit: Unit | None) -> Import:
    """A list of cases, under the agreement that is named."""
    from lianfang.interfaces.exchange.lists import Terms, receive_list_file  # noqa: PLC0415
    from lianfang.interfaces.exchange.sheet import LOCAL  # noqa: PLC0415

    terms = Terms(args.agreement or "", args.side, args.control_total, args.day)
    return receive_list_file(actor, terms, args.file.name, args.file, unit=unit, dry_run=args.dry_run, limits=LOCAL)


def _tell(args: argparse.Namespace, kept: Import) -> int:
    from lianfang.interfaces.exchange.imports import account  # noqa: PLC0415

    answer = account(kept)
    print_json(answer, pretty=not args.json)
    for error in answer["errors"][:SHOWN]:
        say(f"{_place(error)}{error['message']} [{error['code']}]")
    if len(answer["errors"]) > SHOWN:
        say(f"… and {len(answer['errors']) - SHOWN} more problems, all in the JSON.")
    clean = not answer["errors"] and kept.refused == 0
    if clean and not args.dry_run:
        clean = kept.held == 0
    return 0 if clean else FAILED


def _place(error: dict[str, Any]) -> str:
    if not error["row"]:
        return ""
    return f"row {error['row']}, {error['column']}: " if error["column"] else f"row {error['row']}: "


def _errors(refused: Refused) -> list[dict[str, Any]]:
    from lianfang.interfaces.wording import sentence  # noqa: PLC0415

    return [{"row": p.row, "column": p.column, "code": p.code, "message": sentence(p)} for p in refused.problems]
