"""`lianfang verify OURS THEIRS` (双向校核): two files verified person by person, without a server or a database.

Exit status: 0 done, 1 when the classes do not account for every row, 2 when a file or an argument cannot be used.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lianfang.interfaces.commands.words import language_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("ours", type=Path, metavar="OURS", help="our list: CSV, TSV or XLSX, any encoding")
    parser.add_argument("theirs", type=Path, metavar="THEIRS", help="the other side's list")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--out", type=Path, metavar="FILE.xlsx", help="write all differences into a workbook")
    parser.add_argument("--pairs", type=Path, metavar="FILE.csv", help="write row_ours,row_theirs,probability,class")
    parser.add_argument("--accept", type=float, metavar="P", help="link pairs from this probability on (default 0.95)")
    parser.add_argument("--review", type=float, metavar="P", help="show pairs from this probability on (default 0.2)")
    parser.add_argument(
        "--columns", action="append", default=[], metavar="FIELD=COLUMN,…",
        help="which column is which field, as in name=姓名,id_no=证件号; ours:name=… for one file only",
    )  # fmt: skip
    parser.add_argument("--compare", metavar="FIELD,…", help="fields or columns compared for conflict")
    parser.add_argument("--days", type=int, default=0, metavar="N", help="dates that differ by so few days agree")
    parser.add_argument("--dependent", action="store_true", help="one list was fed by the other: no estimate")
    parser.add_argument("--truncated", action="store_true", help="a list leaves persons out by rule: no estimate")
    parser.add_argument("--roster", type=int, metavar="N", help="persons both lists were drawn from: adds kappa")
    parser.add_argument("--show-identifiers", action="store_true", help="do not mask numbers, phones and addresses")
    parser.add_argument("--lang", "--language", dest="lang", choices=("zh", "en"), help="the language of words")


def run(args: argparse.Namespace) -> int:
    """Prints the verification; writes the workbook and the pairs if they are asked for."""
    with speaking(language_of(args)):
        from lianfang.interfaces.two_files.run import verified  # noqa: PLC0415  libraries that take a second to load

        return verified(args)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """The language of words, without setting Django up: nothing here needs a database, an app or a secret."""
    from django.apps import apps  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    import lianfang  # noqa: PLC0415

    if not settings.configured:
        locale = Path(lianfang.__file__).parent / "locale"
        languages = [("zh-hans", "中文"), ("en", "English")]
        settings.configure(USE_I18N=True, LANGUAGE_CODE="en", LANGUAGES=languages, LOCALE_PATHS=[locale])
        apps.populate(())
    with translation.override(language):
        yield
