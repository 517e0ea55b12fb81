"""`lianfang token …` (令牌): a bearer token for a machine, whose secret is shown once, and its withdrawal."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import Final

from lianfang.interfaces.commands.session import acting, add_common, print_json, unit_of
from lianfang.interfaces.server.trouble import CannotRun, say

USUAL_DAYS: Final = 90
MOST_DAYS: Final = 366


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`create USER` and `revoke ID`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="create|revoke")
    create = acts.add_parser("create", help="make a token", allow_abbrev=False)
    create.add_argument("user", metavar="USER", help="the account that the machine acts for")
    create.add_argument("--unit", metavar="CODE", help="only for this unit and what lies under it")
    create.add_argument("--days", type=_days, default=USUAL_DAYS, metavar="N", help="how long (default: %(default)s)")
    create.add_argument("--read-only", action="store_true", help="it may read and never write")
    revoke = acts.add_parser("revoke", help="withdraw a token", allow_abbrev=False)
    revoke.add_argument("id", type=int, metavar="ID", help="the number that was printed with it")
    for one in (create, revoke):
        add_common(one)


def run(args: argparse.Namespace) -> int:
    """Prints the secret, and nothing else, on standard output."""
    with acting(args):
        return _create(args) if args.act == "create" else _revoke(args)


def _create(args: argparse.Namespace) -> int:
    from lianfang.capabilities.access.tokens import issue_token  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import SYSTEM  # noqa: PLC0415
    from lianfang.kernel.accounts.models import Account  # noqa: PLC0415

    account = Account.objects.filter(handle=args.user, is_active=True).first()
    if account is None:
        raise CannotRun(f"There is no account `{args.user}` in use.")
    lasts, unit = timedelta(days=args.days), unit_of(SYSTEM, args.unit)
    token = issue_token(SYSTEM, account=account, unit=unit, lasts=lasts, may_write=not args.read_only)
    say(f"Token {token.pk} for {account.handle}, until {token.expires_at:%Y-%m-%d}. Its secret is shown only now:")
    if args.json:
        print_json({"id": token.pk, "secret": token.secret, "expires_at": token.expires_at.isoformat()})
    else:
        sys.stdout.write(f"{token.secret}\n")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from lianfang.capabilities.access.tokens import revoke_token  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import SYSTEM  # noqa: PLC0415
    from lianfang.kernel.accounts.models import Token  # noqa: PLC0415

    token = Token.objects.filter(pk=args.id).first()
    if token is None:
        raise CannotRun(f"There is no token {args.id}.")
    revoke_token(SYSTEM, token=token)
    say(f"Token {token.pk} of {token.account.handle} is withdrawn.")
    if args.json:
        print_json({"id": token.pk, "revoked_at": token.revoked_at})
    return 0


def _days(given: str) -> int:
    if not (given.isdecimal() and 1 <= int(given) <= MOST_DAYS):
        raise argparse.ArgumentTypeError(f"{given!r} is not a number of days from 1 to {MOST_DAYS}")
    return int(given)
