"""`lianfang analyse METHOD FILE` (分析命令): one method of the analysis module on a file, without server or database.

Exit status: 0 done, 2 when the file, a parameter or an argument cannot be used.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lianfang.interfaces.commands.verify import speaking
from lianfang.interfaces.commands.words import language_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("method", metavar="METHOD", help="such as rt.cori or detect.ears; `list` shows them all")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="CSV, TSV, XLSX or NDJSON with a header row")
    parser.add_argument("--params", default="{}", metavar="JSON", help="settings of the method; @FILE reads them")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of CSV")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the rows as .csv or .json")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the result as .svg or .png")
    parser.add_argument("--lang", "--language", dest="lang", choices=("zh", "en"), help="the language of words")


def run(args: argparse.Namespace) -> int:
    """Prints what the method found; writes the rows and the picture if they are asked for."""
    with speaking(language_of(args)):
        from lianfang.interfaces.analysing.run import analysed  # noqa: PLC0415  libraries that take a second to load

        return analysed(args)
