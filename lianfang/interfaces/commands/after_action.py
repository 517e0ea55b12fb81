"""`lianfang after-action UNIT` (总结与资料): report, workbook and de-identified research data of a period."""

from __future__ import annotations

import argparse
from pathlib import Path

from lianfang.interfaces.commands.drafts import replacing
from lianfang.interfaces.commands.session import acting, add_actor, add_common, day_of, print_json
from lianfang.interfaces.server.trouble import CannotRun, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which unit, from when to when, and where to."""
    parser.add_argument("unit", metavar="UNIT", help="code of a unit; all below it belongs to it")
    parser.add_argument("--from", dest="first", required=True, type=day_of, metavar="DAY", help="the first day")
    parser.add_argument("--to", dest="last", required=True, type=day_of, metavar="DAY", help="the last day")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FOLDER|FILE.zip", help="a new folder, or a ZIP file"
    )
    parser.add_argument("--replace", action="store_true", help="write over a ZIP file that is there already")
    add_actor(parser)
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the pack whole; a folder that holds something already is left alone."""
    if args.first > args.last:
        raise CannotRun(f"--from {args.first} lies after --to {args.last}.")
    archived = args.out.suffix.lower() == ".zip"
    if not archived and args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        raise CannotRun(f"{args.out} is there already and not an empty folder.")
    if archived and args.out.exists() and not args.replace:
        raise CannotRun(f"{args.out} is there already; --replace writes over it.")
    with acting(args) as actor:
        from lianfang.interfaces.after_action.pack import pack_of  # noqa: PLC0415
        from lianfang.kernel import clock  # noqa: PLC0415
        from lianfang.kernel.addressing import unit_named  # noqa: PLC0415

        unit = unit_named(actor, args.unit)
        if args.first > (today := clock.today(unit.zone)):
            raise CannotRun(f"--from {args.first} lies after today, {today}: nothing can be on record yet.")
        made = pack_of(actor, unit=unit, since=args.first, until=args.last)
        _write(made, args.out, archived=archived)
        say(_done(args, len(made)))
    if args.json:
        print_json({"unit": args.unit, "from": str(args.first), "to": str(args.last), "files": sorted(made)})
    return 0


def _done(args: argparse.Namespace, files: int) -> str:
    from django.utils.translation import gettext as _  # noqa: PLC0415  the language is known by now

    facts = {"files": files, "unit": args.unit, "since": args.first, "until": args.last, "out": args.out}
    return _("%(files)s files of %(unit)s, %(since)s to %(until)s, are in %(out)s.") % facts


def _write(made: dict[str, bytes], out: Path, *, archived: bool) -> None:
    from lianfang.interfaces.after_action.pack import write_archive, write_folder  # noqa: PLC0415

    try:
        if archived:
            with replacing(out) as draft:
                write_archive(made, draft)
        else:
            write_folder(made, out)
    except OSError as failure:
        raise CannotRun(f"{out} cannot be written: {failure.strerror}.") from failure
