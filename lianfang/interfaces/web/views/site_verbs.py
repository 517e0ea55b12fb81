"""Acts on a site and its things (隔离点操作): each a page that asks what the action needs, made from its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.site.actions import change_t0, close_site, drain_site, open_site, start_conversion
from lianfang.capabilities.site.clean_up import release_site, start_disinfection, tick_disinfected
from lianfang.capabilities.site.controls import (
    assign_control,
    fix_breach,
    give_evidence,
    report_breach,
    verify_control,
)
from lianfang.capabilities.site.milestones import complete_first_batch, confirm_conversion, name_blocker
from lianfang.capabilities.site.models import Asset, Breach, Control, Milestone, Room, Site, Trip
from lianfang.capabilities.site.rooms import (
    add_rooms,
    add_zone,
    mark_rooms_ready,
    note_missing_equipment,
    take_room_out,
)
from lianfang.capabilities.site.trips import add_asset, close_trip, start_trip
from lianfang.domain.roles import Role
from lianfang.interfaces.titles import title_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import Action


@dataclass(frozen=True, slots=True)
class Verb:
    """An act: the action, which of its parameters is the thing, of which model; a warning; whether a photo may come."""

    call: Callable[..., Any]
    thing: str = "site"
    model: type[models.Model] = Site
    intro: Any = ""
    danger: bool = False
    photo: bool = False

    @property
    def action(self) -> Action:
        """What the registry knows of it."""
        found: Action = self.call.action  # type: ignore[attr-defined]
        return found

    @property
    def by(self) -> tuple[Role, ...]:
        """Who may do it."""
        return self.action.by

    @property
    def title(self) -> str:
        """What a button says."""
        return title_of(self.action.kind)


_SITE: Final = {
    "convert": Verb(start_conversion),
    "open": Verb(
        open_site, intro=_("From then on guests can be admitted. Every one of the twenty items has owner and evidence.")
    ),
    "t0": Verb(change_t0, intro=_("Every target moves with T0. The reason stays on record.")),
    "drain": Verb(
        drain_site,
        intro=_("From then on nobody is admitted who could not finish the observation by the closing day."),
        danger=True,
    ),
    "close": Verb(
        close_site, intro=_("Nobody may be at the site any more; no room takes anybody from then on."), danger=True
    ),
    "disinfect": Verb(start_disinfection, intro=_("Every room and common zone is then ticked, one by one.")),
    "release": Verb(release_site, intro=_("The rooms go back to ordinary use.")),
    "batch": Verb(complete_first_batch),
    "conversion": Verb(confirm_conversion, photo=True),
    "rooms": Verb(add_rooms, intro=_("The rooms of one floor, numbered in walking order after those there are.")),
    "zone": Verb(add_zone, intro=_("A corridor, infirmary, waste room: in the end it is disinfected like a room.")),
    "asset": Verb(add_asset),
    "ready": Verb(mark_rooms_ready),
    "sweep": Verb(tick_disinfected),
}  # fmt: skip
_THINGS: Final = {
    "block": Verb(name_blocker, "milestone", Milestone),
    "owner": Verb(assign_control, "control", Control),
    "evidence": Verb(give_evidence, "control", Control, photo=True),
    "verify": Verb(
        verify_control, "control", Control, _("You have seen it yourself, and somebody else gave the evidence.")
    ),
    "breach": Verb(report_breach, "control", Control, photo=True),
    "fix": Verb(fix_breach, "breach", Breach, photo=True),
    "trip": Verb(start_trip, "asset", Asset),
    "cleaned": Verb(close_trip, "trip", Trip, _("A trip ends with the time at which the asset was cleaned.")),
    "out": Verb(take_room_out, "room", Room, photo=True),
    "equipment": Verb(
        note_missing_equipment,
        "room",
        Room,
        _("Tick what the room still lacks; with nothing ticked it has everything."),
    ),
}  # fmt: skip
VERBS: Final = {**_SITE, **_THINGS}


def may_do(actor: Actor, name: str, site: Site) -> bool:
    """Whether the actor holds a role over the site that may do this."""
    return actor.holds(VERBS[name].by, site.unit)
