"""What the commands on the data share (命令环境): database, language, who acts, and refusals in plain words."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import TYPE_CHECKING

from lianfang.domain.refusals import Refused
from lianfang.interfaces.commands.words import language_of, print_json
from lianfang.interfaces.server.state import database_for, state_folder
from lianfang.interfaces.server.trouble import CannotRun

if TYPE_CHECKING:  # models can be loaded only once the settings know their database
    from lianfang.kernel.accounts.actor import Actor
    from lianfang.kernel.orgs.models import Unit

__all__ = [
    "acting", "actor_of", "add_actor", "add_common", "day_of", "in_words", "language_of", "opened", "print_json",
    "unit_of",
]  # fmt: skip

MOST_SAID = 20  # problems of one refusal that are said


def add_common(parser: argparse.ArgumentParser, *, json_too: bool = True) -> None:
    """`--data`, `--lang` and, where there is something to print, `--json`."""
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")
    parser.add_argument("--lang", choices=("zh", "en"), help="the language of words (default: as LANG says)")
    if json_too:
        parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_actor(parser: argparse.ArgumentParser) -> None:
    """`--as`: on whose behalf."""
    help_text = "the account that acts (default: the installer, who may do everything)"
    parser.add_argument("--as", dest="handle", metavar="HANDLE", help=help_text)


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[None]:
    """The database is there, Django is set up and speaks the language. Raises CannotRun in words for a refusal."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    with _database(args):
        import django  # noqa: PLC0415  settings need the database's address

        django.setup()
        from django.db import OperationalError, ProgrammingError  # noqa: PLC0415
        from django.utils import translation  # noqa: PLC0415

        with translation.override(language_of(args)):
            try:
                yield
            except Refused as refused:
                raise CannotRun(in_words(refused)) from refused
            except ProgrammingError as missing:
                raise CannotRun("The tables are not there or not up to date; run `lianfang up` once.") from missing
            except OperationalError as away:
                said = next(iter(str(away).strip().splitlines()), "no connection")
                raise CannotRun(f"The database does not answer: {said}") from away


@contextmanager
def _database(args: argparse.Namespace) -> Iterator[None]:
    """The database of the command. One that cannot be reached is no finding of the command, whose status is 1."""
    with ExitStack() as held:
        try:
            held.enter_context(database_for(state_folder(args.data)))
        except CannotRun as trouble:
            raise CannotRun(trouble.sentence) from trouble
        yield


@contextmanager
def acting(args: argparse.Namespace) -> Iterator[Actor]:
    """Whoever acts, in their scope and one transaction, on the clock of a drill if one is on."""
    with opened(args):
        from lianfang.kernel.scope import within  # noqa: PLC0415

        actor = actor_of(args)
        with within(actor.scope):
            yield actor


def actor_of(args: argparse.Namespace) -> Actor:
    """Whoever acts, on the clock of a drill if one is on; inside `opened`, for work of several transactions."""
    from lianfang.kernel.policies import drills  # noqa: PLC0415

    drills.follow()
    return _actor(getattr(args, "handle", None))


def _actor(handle: str | None) -> Actor:
    from lianfang.kernel.accounts.actor import SYSTEM, actor_for  # noqa: PLC0415
    from lianfang.kernel.accounts.models import Account  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    if not handle:
        return SYSTEM
    with within(EVERYTHING):
        account = Account.objects.filter(handle=handle, is_active=True).first()
        if account is None:
            raise CannotRun(f"There is no account `{handle}` in use.")
        return actor_for(account)


def unit_of(actor: Actor, code: str | None) -> Unit | None:
    """The unit of `--unit`, if one was given."""
    from lianfang.kernel.addressing import unit_named  # noqa: PLC0415

    return unit_named(actor, code) if code else None


def day_of(text: str) -> date:
    """A day of an argument, 2026-03-02; argparse words the refusal."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it as 2026-03-02") from None


def in_words(refused: Refused) -> str:
    """The refusal as sentences."""
    from lianfang.interfaces.wording import sentence  # noqa: PLC0415

    said = dict.fromkeys(sentence(problem) for problem in refused.problems)
    return " ".join(list(said)[:MOST_SAID])
