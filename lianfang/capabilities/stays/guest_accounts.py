"""Accounts of guests (留观人员账号): with one they ask for what they need, on their phone."""

from __future__ import annotations

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.capabilities.stays.roles import RECEPTION
from lianfang.capabilities.stays.rooms import bed_of
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts import ops
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action
from lianfang.kernel.scope import EVERYTHING, within


@action("stay.account_opened", by=RECEPTION, over="stay", facts=("stay",))
def open_guest_account(by: Actor, *, stay: Stay) -> Account:
    """Open an account without any role for a guest who is here; it is entered by a one-time link.

    One that nobody has entered yet gets another link. Refused `flow.condition` where the guest is not here,
    `account.person_has_one` where an account is in use.
    """
    if stay.state != HERE:
        raise Refused("flow.condition", "stay", state=stay.state)
    bed = bed_of(stay, clock.now())
    stem = f"{stay.unit.code}-{bed.place.code}" if bed else stay.unit.code
    return _not_entered(stay) or ops.open_for(stay.person, stem=stem, field="stay")


def _not_entered(stay: Stay) -> Account | None:
    """The guest's account whose link was lost: no role goes with it, and nobody has set its password."""
    with within(EVERYTHING):  # also a role that is held where the nurse sees nothing
        known = Account.objects.select_for_update(of=("self",)).filter(person_id=stay.person_id).first()
        has_role = known is not None and known.grants.exists()
    return known if known is not None and not has_role and not known.has_usable_password() else None
