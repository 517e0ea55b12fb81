"""`lianfang analyse METHOD FILE` (分析命令): one method of the analysis module on a file, without server or database.

Exit status: 0 done, 2 when the file, a parameter or an argument cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from lianfang.interfaces.commands.verify import speaking
from lianfang.interfaces.commands.words import language_of
from lianfang.interfaces.server.trouble import WRONG_USAGE

OWN_HELP: Final = True
"""METHOD --help tells about the method, in the reader's language."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("-h", "--help", action="store_true", help="this text; after METHOD, its columns and settings")
    parser.set_defaults(usage=parser.format_help)
    parser.add_argument(
        "method", metavar="METHOD", nargs="?", help="such as rt.cori or detect.ears; `list` shows them all"
    )
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="CSV, TSV, XLSX or NDJSON with a header row")
    parser.add_argument("--params", default="{}", metavar="JSON", help="settings of the method; @FILE reads them")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of CSV")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the rows as .csv or .json")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the result as .svg or .png")
    parser.add_argument("--lang", "--language", dest="lang", choices=("zh", "en"), help="the language of words")


def run(args: argparse.Namespace) -> int:
    """Prints what the method found; writes the rows and the picture if they are asked for."""
    if not args.method:
        (sys.stdout if args.help else sys.stderr).write(args.usage())
        return 0 if args.help else WRONG_USAGE
    with speaking(language_of(args)):
        from lianfang.interfaces.analysing.run import analysed, explained  # noqa: PLC0415  libraries take a second

        return explained(args.method) if args.help else analysed(args)
