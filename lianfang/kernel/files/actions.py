"""What may be done with a received file (导入): keep it with what was found, note its rows as written, or drop it.

The rows themselves are written by the actions of their own capability, in the same transaction.
"""

from __future__ import annotations

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit

SENDERS = (
    Role.ADMINISTRATOR,
    Role.OFFICER,
    Role.DUTY_OFFICER,
    Role.SCREENER,
    Role.CLASS_HEAD,
    Role.DOCTOR,
    Role.LIAISON,
    Role.NURSE,
    Role.SITE_MANAGER,
)
CHECKED, WRITTEN, REFUSED, DROPPED = "checked", "written", "refused", "dropped"


@action("import.received", by=SENDERS, over="unit", facts=("unit", "what", "read", "refused"), offered=False)
def receive_file(by: Actor, *, unit: Unit, what: str, read: int, refused: int, received: Import) -> Import:
    """Keep a file that was checked, with what was found in its rows."""
    received.unit, received.what, received.read, received.refused = unit, what, read, refused
    return _stored(received)


@action("import.confirmed", by=SENDERS, over="received", facts=("what", "written", "refused"), offered=False)
def confirm_file(by: Actor, *, received: Import, what: str, written: int, refused: int) -> Import:
    """Note that the rows of a file were written; the rows of the file itself are kept no longer."""
    if received.stage in (WRITTEN, DROPPED):
        raise Refused("flow.condition", "import", stage=received.stage)
    received.stage, received.written, received.refused, received.held = WRITTEN, written, refused, 0
    received.content = b""
    return _stored(received)


@action("import.dropped", by=SENDERS, over="received", facts=("what",))
def drop_file(by: Actor, *, received: Import, what: str) -> Import:
    """Give a file up without writing any of its rows."""
    if received.stage in (WRITTEN, DROPPED):
        raise Refused("flow.condition", "import", stage=received.stage)
    received.stage, received.refused, received.held = DROPPED, received.refused + received.held, 0
    received.content = b""
    return _stored(received)


def _stored(received: Import) -> Import:
    # Empty lists, and no account where the system sends, are not "missing", as a form would have it.
    received.clean_fields(exclude=["problems", "notes", "sender_id"])
    received.validate_constraints()
    received.save()
    return received
