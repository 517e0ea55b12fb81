"""The demonstration "day" (演示场景): an academy at 16:18, who one may be in it, and whether this is one at all."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from django.utils.translation import gettext as _

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.demo.replay import Sweep
from lianfang.demo.script import moment
from lianfang.demo.stage_analysis import look_into
from lianfang.demo.stage_days import play
from lianfang.demo.stage_lists import exchange
from lianfang.demo.stage_site import observe
from lianfang.demo.stage_world import build
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import ROLE_NAMES, Account, Grant
from lianfang.kernel.people.models import Guardianship
from lianfang.kernel.policies import demonstrations, drills
from lianfang.kernel.scope import EVERYTHING, within

NAME = "day"
SHOWN_FIRST = "demo-"
_MOST_SHOWN = 16
_ON_BOARDS = (Role.DUTY_OFFICER, Role.LEADER, Role.OFFICER, Role.AUDITOR)


class DemoAccount(NamedTuple):
    """Somebody of the demonstration: account, name, duty in words, first page."""

    handle: str
    name: str
    duty: str
    path: str


@cache
def told() -> dict[str, Any]:
    """The scenario's file."""
    return dict(yaml.safe_load(Path(__file__).with_name("scenarios").joinpath(f"{NAME}.yaml").read_text("utf-8")))


def load(sweep: Sweep) -> None:
    """Play the week into the empty database under way and let its clock run on from 16:18 of the day.

    Refused (`demo.not_empty`) where there is an account of any kind.
    """
    script = told()
    demonstrations.begin(NAME)
    with clock.at(moment(script["day"], "09:00") - timedelta(days=script["history"] + 7 * script["weeks_before"] + 1)):
        world = build(script)
    play(world, sweep)
    exchange(world)
    look_into(world)
    observe(world, sweep)
    with within(EVERYTHING):
        demonstrations.belongs(Account.objects.all())
        drills.start(moment(script["day"], script["now"]), f"demo:{NAME}")


def is_demo() -> bool:
    """Whether this database holds a demonstration, and nobody real."""
    return demonstrations.current() is not None


def demo_accounts() -> list[DemoAccount]:
    """Whom one may be in the demonstration; nobody where there is none."""
    kept = demonstrations.current()
    if kept is None:
        return []
    with within(EVERYTHING):
        accounts = list(Account.objects.filter(pk__in=kept.accounts, is_active=True).order_by("pk"))
        chosen = [one for one in accounts if one.handle.startswith(SHOWN_FIRST)] or _one_a_duty(accounts)
        return [_shown(account) for account in chosen]


def _one_a_duty(accounts: list[Account]) -> list[Account]:
    """The first account of each role at each kind of unit."""
    seen: set[tuple[str, str]] = set()
    grants = Grant.objects.filter(account__in=accounts).select_related("unit", "account").order_by("account_id")
    chosen = []
    for grant in grants:
        duty = (grant.role, grant.unit.kind)
        if duty not in seen:
            seen.add(duty)
            chosen.append(grant.account)
    return chosen[:_MOST_SHOWN]


def _shown(account: Account) -> DemoAccount:
    grant = Grant.objects.filter(account=account).select_related("unit").order_by("pk").first()
    if grant is None:
        first = "/today" if _is_guest(account) else "/check-in"
        return DemoAccount(account.handle, account.name, _without_role(account), first)
    duty = f"{ROLE_NAMES[grant.role]} · {grant.unit}"
    return DemoAccount(account.handle, account.name, duty, _first_page(grant))


def _first_page(grant: Grant) -> str:
    if grant.role == Role.LIAISON:
        return "/verification"
    if grant.role in _ON_BOARDS:
        return f"/board/{grant.unit.code}"
    return f"/classes/{grant.unit.code}" if grant.role == Role.CLASS_HEAD else "/today"


def _is_guest(account: Account) -> bool:
    found = account.person_id and Stay.objects.filter(person_id=account.person_id, state=HERE).exists()
    return bool(found)


def _without_role(account: Account) -> str:
    if _is_guest(account):
        return _("guest under observation")
    return _("guardian") if Guardianship.objects.filter(guardian_id=account.person_id).exists() else _("member")
