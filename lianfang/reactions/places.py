"""An observation site (留观点): a list has come, a room was left, the site is closed."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_noop

from lianfang.capabilities.command.teams import close_teams_of
from lianfang.capabilities.site.milestones import first_batch_arrived
from lianfang.capabilities.site.rooms import await_cleaning
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.reactions.about import key_of, unit_of


def close_teams_with_site(event: Event) -> None:
    """A site is closed: so is every team that was formed for it, and nobody keeps a role over one (A03)."""
    close_teams_of(unit_of(event.unit), SYSTEM, reason=gettext_noop("site closed"))


def note_first_batch(event: Event) -> None:
    """Everybody of a list has come: the first list is a milestone of the site."""
    at = datetime.fromisoformat(event.facts["at"])
    first_batch_arrived(unit_of(event.unit), at=at, count=int(event.facts["people"]), by=SYSTEM)


def have_room_cleaned(event: Event) -> None:
    """A room that nobody is in any more waits for cleaning, and takes nobody until then."""
    if not event.facts["left"]:
        await_cleaning(key_of(event)[0], event.facts["because"])
