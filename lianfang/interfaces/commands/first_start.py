"""What the first start leaves behind (首次启动): an institution and its first administrator's link, or a demonstration.

There is no account with a known password, ever: a real one is entered by a one-time link, those of a demonstration
from the page /demo on this machine.
"""

from __future__ import annotations

import os
from typing import Final

from django.conf import settings
from django.utils import translation

from lianfang.capabilities.access.actions import open_first_account
from lianfang.capabilities.units.actions import found_root
from lianfang.demo import stage
from lianfang.demo.replay import replay
from lianfang.demo.script import BUILT, PLANNED
from lianfang.domain.refusals import Refused
from lianfang.interfaces.server.trouble import CannotRun, say
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import INVITATION_LASTS, invite
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies import drills
from lianfang.kernel.scope import EVERYTHING, within

FIRST: Final = "admin"
ROOT: Final = "ROOT"


def prepare(demo: str | None = None) -> list[str]:
    """Prepare an empty database; the lines that say how to sign in. What is there already is left as it is.

    Raises CannotRun for a demonstration that does not exist.
    """
    drills.follow()
    with translation.override(settings.LANGUAGE_CODE):
        if demo:
            return _demonstrate(demo)
        if stage.is_demo():
            return _how_to_enter_demo()
        return _first_account()


def _first_account() -> list[str]:
    """A link for the first administrator, as long as that account has no password yet."""
    with within(EVERYTHING):
        first = Account.objects.filter(handle=FIRST).first() if Account.objects.exists() else _found()
        if first is None or first.has_usable_password():
            return []
        secret = invite(first)
    hours = int(INVITATION_LASTS.total_seconds() // 3600)
    return [
        "Open this link once to choose the first administrator's password and name the institution"
        f" (it ends after {hours} hours; a new start makes a new one):",
        f"  {_address()}/first/{secret}",
    ]


def _found() -> Account:
    root = Unit.objects.filter(parent__isnull=True).order_by("pk").first() or found_root(
        SYSTEM, code=ROOT, name="本单位", name_en="This institution", kind="institute", opened_on=clock.now().date()
    )
    account: Account = open_first_account(SYSTEM, unit=root, handle=FIRST, name="管理员")
    return account


def _demonstrate(name: str) -> list[str]:
    if name not in (stage.NAME, *BUILT, *PLANNED):
        known = ", ".join((stage.NAME, *sorted((*BUILT, *PLANNED))))
        raise CannotRun(f"There is no demonstration {name!r}; there are {known}.")
    with within(EVERYTHING):
        empty = not Account.objects.exists() and not Unit.objects.exists()
    if empty:
        _load(name)
    elif not stage.is_demo():
        return ["This database is in real use, so no demonstration was loaded into it.", *_first_account()]
    return _how_to_enter_demo()


def _load(name: str) -> None:
    if name in PLANNED:
        say(f"Scenario {name} is not built yet; the demonstration `{stage.NAME}` is loaded instead.")
    try:
        if name in BUILT:
            replay(name, Worker().sweep)
        else:
            say("Playing the demonstration's week …")
            stage.load(Worker().sweep)
    except Refused as refused:
        raise CannotRun(f"The demonstration could not be loaded: {refused}.") from refused


def _how_to_enter_demo() -> list[str]:
    lines = [f"  {one.handle:<16} {one.duty}, {one.name}" for one in stage.demo_accounts()]
    return [
        "This is a demonstration with invented people; nothing real belongs in it.",
        f"Choose whom to be, without a password, at {_address()}/demo (from this machine only):",
        *lines,
    ]


def _address() -> str:
    return os.environ.get("LIANFANG_ADDRESS", "").rstrip("/")
