"""After-action packs are asked for, made by the worker, and kept (总结与资料包): every version with its file."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from lianfang.capabilities.briefings.counting import check_period
from lianfang.capabilities.briefings.models import FAILED, MADE, WAITING, Pack
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit

PACKERS: Final = (Role.LEADER, Role.OFFICER, Role.ADMINISTRATOR)
"""Who makes the pack of a unit, with the command or on the page."""


@action("pack.asked", by=PACKERS, over="unit", facts=("unit", "since", "until"))
def ask_pack(by: Actor, *, unit: Unit, since: date, until: date, about: str = "") -> Pack:
    """Ask for the after-action pack of a unit and all below it over a period; the worker makes it, a version each time.

    Refused: `date.order`, `date.in_future` (until), and `pack.waiting` while the same one has not been made yet.
    """
    check_period(unit, since, until)
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    before = Pack.objects.filter(unit=unit, since=since, until=until).defer("content").order_by("-version").first()
    if before is not None and before.state == WAITING:
        raise Refused("pack.waiting", "unit")
    return store(Pack(
        unit=unit, since=since, until=until, about=about.strip()[:120], version=before.version + 1 if before else 1,
        asked_at=clock.now(), asked_by=by.name[:60], asked_by_id=by.account_id,
    ))  # fmt: skip


def oldest_waiting() -> Pack | None:
    """The pack that has waited longest, held; one that another worker is making is passed over."""
    waiting = Pack.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit")
    return waiting.filter(state=WAITING).order_by("asked_at", "id").first()


def keep_file(pack: Pack, content: bytes, *, files: int) -> Pack:
    """The file of a pack, made just now."""
    pack.state, pack.made_at = MADE, clock.now()
    pack.content, pack.size, pack.files = content, len(content), files
    pack.hash = hashlib.sha256(content).hexdigest()
    return store(pack)


def give_up(pack: Pack, code: str) -> Pack:
    """No file could be made; `code` is that of the sentence that says why. It may be asked for again."""
    pack.state, pack.problem = FAILED, code[:60]
    return store(pack)
