"""`lianfang export …` (导出): the rows of a register as CSV, XLSX or NDJSON, by the file's ending."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from lianfang.interfaces.commands.drafts import replacing
from lianfang.interfaces.commands.session import acting, add_actor, add_common, day_of, print_json
from lianfang.interfaces.server.trouble import CannotRun, say

ENDINGS: Final = {".csv": "csv", ".xlsx": "xlsx", ".ndjson": "ndjson", ".jsonl": "ndjson"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("register", metavar="REGISTER", help="which list; `lianfang show registers` names them")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="ends in .csv, .xlsx or .ndjson")
    parser.add_argument("--unit", metavar="CODE", help="only this unit and what lies under it")
    parser.add_argument("--from", dest="first", type=day_of, metavar="DAY", help="from this day on")
    parser.add_argument("--to", dest="last", type=day_of, metavar="DAY", help="up to this day")
    parser.add_argument("--labels", action="store_true", help="head the columns with words instead of names")
    add_actor(parser)
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the file whole, or leaves what was there before."""
    kind = ENDINGS.get(args.out.suffix.lower())
    if kind is None:
        raise CannotRun(f"{args.out} must end in .csv, .xlsx or .ndjson.")
    if args.first and args.last and args.first > args.last:
        raise CannotRun(f"--from {args.first} lies after --to {args.last}.")
    asked = {"unit": args.unit, "from": args.first, "to": args.last}
    filters = {name: str(value) for name, value in asked.items() if value}
    with acting(args) as actor, replacing(args.out) as draft:
        from lianfang.interfaces.exchange.exports import export  # noqa: PLC0415
        from lianfang.kernel.addressing import unit_named  # noqa: PLC0415
        from lianfang.kernel.registers.register import registers  # noqa: PLC0415

        if args.register not in registers:
            raise CannotRun(f"There is no register `{args.register}`. There are: {', '.join(sorted(registers))}.")
        if args.unit:
            unit_named(actor, args.unit)
        rows = export(actor, args.register, filters, kind, draft, labelled=args.labels)
    say(f"{rows} rows of {args.register} are in {args.out}.")
    if args.json:
        print_json({"register": args.register, "rows": rows, "file": str(args.out), "filters": filters})
    return 0
