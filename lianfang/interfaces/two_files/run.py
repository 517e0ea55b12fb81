"""The command `verify` at work (校核执行): read, verify, print, write; every refusal names file, row and column."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from lianfang.domain.refusals import Refused
from lianfang.interfaces.commands.drafts import replacing
from lianfang.interfaces.commands.readable import readable
from lianfang.interfaces.commands.words import print_json
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say
from lianfang.interfaces.two_files.answer import Answer
from lianfang.interfaces.two_files.asked import check_columns, columns_of, settings_of
from lianfang.interfaces.two_files.machine import as_json, write_pairs
from lianfang.interfaces.two_files.progress import Bar
from lianfang.interfaces.two_files.shown import reading, summary
from lianfang.interfaces.two_files.side import Side, read_side
from lianfang.interfaces.two_files.verifying import Circumstances, unaccounted, verify
from lianfang.interfaces.two_files.wording import at_fault


def verified(args: argparse.Namespace) -> int:
    """Reads both files, prints and writes what was found; the exit status."""
    _check_targets(args)
    answer = _answer(args)
    _write(args, answer)
    if args.json:
        print_json(as_json(answer))
    else:
        sys.stdout.write("\n".join(summary(answer)) + "\n")
    missing = unaccounted(answer)
    if missing:
        say(f"lianfang verify: {_('%(rows)s rows are in no class; this is a fault of ours.') % {'rows': missing}}")
    return FAILED if missing else 0


def _check_targets(args: argparse.Namespace) -> None:
    """The files to be written, before the work is done."""
    read = {path.absolute() for path in (args.ours, args.theirs)}
    for target in filter(None, (args.out, args.pairs)):
        if target.absolute() in read:
            raise CannotRun(_("%(file)s is read and cannot be written too.") % {"file": target})
        if not target.absolute().parent.is_dir():
            raise CannotRun(_("There is no folder for %(file)s.") % {"file": target})
    if args.out and args.out.suffix.lower() != ".xlsx":
        raise CannotRun(_("%(file)s must end in .xlsx.") % {"file": args.out})
    if args.out and args.pairs and args.out.absolute() == args.pairs.absolute():
        raise CannotRun(_("--out and --pairs name the same file."))


def _answer(args: argparse.Namespace) -> Answer:
    columns = columns_of(args.columns, args.compare)
    ours = _read(args.ours, _("Ours"), columns.ours)
    theirs = _read(args.theirs, _("Theirs"), columns.theirs)
    check_columns(columns, ours, theirs)
    settings = settings_of(args, ours, theirs)
    bar = Bar()
    try:
        known = Circumstances(args.dependent, args.truncated, args.roster)
        return verify(ours, theirs, settings, known, progress=bar)
    finally:
        bar.clear()


def _read(path: Path, title: str, given: dict[str, str]) -> Side:
    """One file; what was read as what is said at once. Raises CannotRun naming file, row and column."""
    try:
        with readable(path):
            side = read_side(path, given)
    except Refused as refused:
        raise CannotRun(_in_words(path, refused)) from refused
    for line in reading(title, side):
        say(line)
    return side


def _in_words(path: Path, refused: Refused) -> str:
    """The first problem in a sentence, and how many more there are."""
    first, *more = refused.problems
    others = " " + _("There are %(count)s more problems in this file.") % {"count": len(more)} if more else ""
    return at_fault(path, first) + others


def _write(args: argparse.Namespace, answer: Answer) -> None:
    """The pairs and the workbook, each whole or not at all."""
    if args.pairs:
        with replacing(args.pairs) as draft:
            write_pairs(answer, draft)
    if args.out:
        from lianfang.interfaces.two_files.workbook import write_workbook  # noqa: PLC0415  slow to load

        with replacing(args.out) as draft:
            write_workbook(answer, draft, show_identifiers=args.show_identifiers)
