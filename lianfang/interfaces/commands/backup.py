"""`lianfang backup FILE` (备份): the whole node into one sealed file, read back before it counts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lianfang.interfaces.commands.session import print_json
from lianfang.interfaces.server.backup import Drilled, Taken, drill, take
from lianfang.interfaces.server.backup_secret import VARIABLE, for_sealing
from lianfang.interfaces.server.state import state_folder
from lianfang.interfaces.server.trouble import CannotRun, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2; what it is sealed with is in docs/adr/0007-backups.md."""
    parser.add_argument("file", metavar="FILE", help="the file to write; it must not exist yet")
    add_key(parser)
    parser.add_argument("--make-key", action="store_true", help="make the key file first; keep it in another place")
    parser.add_argument("--drill", action="store_true", help="also restore it into a server of its own, and compare")
    add_place(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the backup and says what it holds. Raises CannotRun; then no file is left."""
    state = state_folder(args.data)
    file = _usable(Path(args.file).expanduser().absolute(), state)
    secret = for_sealing(args.key_file, make=args.make_key)
    taken = take(state, file, secret)
    drilled = drill(state, file, secret) if args.drill else None
    say(_in_words(taken, drilled))
    if args.json:
        print_json(_as_json(taken, drilled))
    return 0


def add_key(parser: argparse.ArgumentParser) -> None:
    """`--key-file`, shared by backup and restore."""
    parser.add_argument(
        "--key-file",
        metavar="KEY",
        help=f"the key file; without one a passphrase is asked for (or {VARIABLE})",
    )


def add_place(parser: argparse.ArgumentParser) -> None:
    """`--data` and `--json`, shared by backup and restore."""
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _usable(file: Path, state: Path) -> Path:
    """Raises CannotRun for a place where no backup can or should be."""
    if file.is_dir():
        raise CannotRun(f"{file} is a folder; name a file in it, such as {file / 'lianfang-2026-03-02.backup'}")
    if file.exists():
        raise CannotRun(f"{file} is there already, and a backup never overwrites one. Choose another name.")
    if not file.parent.is_dir():
        raise CannotRun(f"There is no folder {file.parent}. Make it first (is the disk for backups attached?).")
    if file.is_relative_to(state):
        raise CannotRun(
            f"{file} is inside the state folder, which is what the backup is for: it would be lost with it."
            " Choose another disk, or at least another folder."
        )
    return file


def _in_words(taken: Taken, drilled: Drilled | None) -> str:
    census = taken.census
    lines = [
        f"{taken.file}: {census.rows} rows of {len(census.tables)} tables, {census.receipts} receipts,"
        f" as of {census.taken_at}; {taken.size} bytes in {taken.seconds} s, read back and counted."
    ]
    if drilled:
        looked = "pg_amcheck found no damage" if drilled.checked else "pg_amcheck is not installed"
        lines.append(f"Restored into a server of its own and equal in every table; {looked}; {drilled.seconds} s.")
    return "\n".join(lines)


def _as_json(taken: Taken, drilled: Drilled | None) -> dict[str, Any]:
    census = taken.census
    return {
        "file": str(taken.file),
        "bytes": taken.size,
        "seconds": taken.seconds,
        "taken_at": census.taken_at,
        "tables": {name: rows for name, (rows, _) in census.tables.items()},
        "rows": census.rows,
        "receipts": census.receipts,
        "newest_receipt": census.newest_receipt,
        "release": census.release,
        "drill": {"seconds": drilled.seconds, "amcheck": drilled.checked} if drilled else None,
    }
