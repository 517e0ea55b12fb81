"""`lianfang restore FILE` (恢复): the whole node from a backup, all of it or nothing."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from lianfang.interfaces.commands.backup import add_key, add_place
from lianfang.interfaces.commands.session import print_json
from lianfang.interfaces.server.backup import drill
from lianfang.interfaces.server.backup_file import kind_of
from lianfang.interfaces.server.backup_restore import Restored, drop, restore
from lianfang.interfaces.server.backup_seal import Secret
from lianfang.interfaces.server.backup_secret import for_opening
from lianfang.interfaces.server.state import state_folder
from lianfang.interfaces.server.trouble import CannotRun, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("file", metavar="FILE", help="a backup written by `lianfang backup`")
    parser.add_argument("--replace", action="store_true", help="also when there is a database; it is kept beside")
    parser.add_argument("--drop-former", action="store_true", help="remove the database that was replaced")
    parser.add_argument("--drill", action="store_true", help="only restore into a server of its own, and compare")
    add_key(parser)
    add_place(parser)


def run(args: argparse.Namespace) -> int:
    """Restores and says what came back. Raises CannotRun; then everything is as it was."""
    if args.drill and (args.replace or args.drop_former):
        raise CannotRun("--drill touches nothing; leave --replace and --drop-former out.")
    if args.drop_former and not args.replace:
        raise CannotRun("--drop-former removes what --replace replaces; give both or neither.")
    file = Path(args.file).expanduser().absolute()
    secret = for_opening(args.key_file, kind_of(file))
    state = state_folder(args.data)
    return _drilled(args, state, file, secret) if args.drill else _restored(args, state, file, secret)


def _restored(args: argparse.Namespace, state: Path, file: Path, secret: Secret) -> int:
    done = restore(state, file, secret, replace=args.replace, known=_known())
    if done.former and args.drop_former:
        drop(state, done.former)
    say(_in_words(done, dropped=args.drop_former))
    if args.json:
        print_json(_as_json(done, dropped=args.drop_former))
    return 0


def _drilled(args: argparse.Namespace, state: Path, file: Path, secret: Secret) -> int:
    done = drill(state, file, secret)
    say(f"{file}: {done.census.rows} rows, {done.census.receipts} receipts, equal in every table; {done.seconds} s.")
    if args.json:
        census = done.census
        found = {"file": str(file), "rows": census.rows, "receipts": census.receipts, "taken_at": census.taken_at}
        print_json({**found, "seconds": done.seconds, "amcheck": done.checked})
    return 0


def _known() -> frozenset[str]:
    """The migrations of this release, as app.name; no database is asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    import django  # noqa: PLC0415

    django.setup()
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    return frozenset(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations)


def _in_words(done: Restored, *, dropped: bool) -> str:
    census = done.contents.census
    differing = [f"  {name}={text}" for name, text in done.contents.settings.items() if os.environ.get(name) != text]
    former = f"The database that was here is kept as {done.former}; --drop-former would have removed it."
    return "\n".join(
        [
            f"Restored: {census.rows} rows, {census.receipts} receipts, as of {census.taken_at}, in {done.seconds} s.",
            *([former] if done.former and not dropped else []),
            f"Everybody signs in anew; one-time links have ended; the epoch of this node is {done.epoch}.",
            "Roles, tokens and passwords are those of the backup: withdraw again what was withdrawn since.",
            *(["Settings that were in force then and are not now:", *differing] if differing else []),
            "`lianfang up` starts it, and brings tables of an older release up to date.",
        ]
    )


def _as_json(done: Restored, *, dropped: bool) -> dict[str, object]:
    census = done.contents.census
    return {
        "rows": census.rows,
        "receipts": census.receipts,
        "newest_receipt": census.newest_receipt,
        "taken_at": census.taken_at,
        "tables": {name: rows for name, (rows, _) in census.tables.items()},
        "epoch": done.epoch,
        "former": "" if dropped else done.former,
        "seconds": done.seconds,
    }
