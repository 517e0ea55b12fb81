"""For which side somebody reads an exchange (我方、对方), and what fields and answers are called from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.verification.actions import BOTH_SIDES, DATA_OFFICERS
from lianfang.capabilities.verification.fields import OURS, THEIRS, other
from lianfang.capabilities.verification.models import Agreement, Run
from lianfang.capabilities.verification.register import Agreements, Differences, Runs
from lianfang.interfaces.two_files.labels import FIELDS
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import DAILY, form_on

_SAID: Final[Mapping[str, Any]] = {
    "use_mine": _("Use ours"),
    "use_other": _("Use theirs"),
    "by_field": _("Pick field by field"),
    "same_person": _("The same person"),
    "not_same_person": _("Not the same person"),
    "missing_report": _("Missing report confirmed"),
    "not_a_case": _("Not a case"),
    "other_jurisdiction": _("Other jurisdiction"),
    "duplicate": _("Duplicate"),
    "too_new": _("Too new, still to come"),
    "send_back": _("Send back to be corrected"),
    "later": _("Later, with a note"),
}
_REASONS: Final = ("list_ours__rejections", "list_theirs__rejections")
_USED: Final = {OURS: "use_ours", THEIRS: "use_theirs"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads an exchange. `side` is theirs or ours as the agreement says; "" for whoever only looks on."""

    actor: Actor
    agreement: Agreement
    side: str

    @property
    def left(self) -> str:
        """The side that stands on the left: one's own."""
        return self.side or OURS

    @property
    def right(self) -> str:
        """The side that stands on the right."""
        return other(self.left)

    @property
    def unit(self) -> Unit | None:
        """The unit for which one acts; None for whoever only looks on."""
        unit: Unit | None = self.agreement.unit_of(self.side) if self.side else None
        return unit

    @property
    def sees_people(self) -> bool:
        """Whether the differences themselves may be seen, and not only how many there are."""
        return Differences.open_to(self.actor)

    @property
    def answers_for_both(self) -> bool:
        """Whether one enters what the other side has answered by letter or file."""
        return self.side == OURS and self.agreement.theirs_id is None

    @property
    def midnight(self) -> datetime:
        """The begin of our today."""
        zone = self.agreement.unit.zone
        return datetime.combine(clock.today(zone), time(0), zone)

    @property
    def today(self) -> date:
        """The day in the zone of our side."""
        return clock.today(self.agreement.unit.zone)

    def name_of(self, side: str) -> str:
        """The unit or authority of a side."""
        return str(self.agreement.unit if side == OURS else self.agreement)

    def verdict_word(self, verdict: str) -> str:
        """An answer in the words of the reader's side."""
        if verdict == _USED[self.left]:
            return str(_SAID["use_mine"])
        return str(_SAID["use_other"] if verdict == _USED[self.right] else _SAID.get(verdict, verdict))

    def side_word(self, side: str) -> str:
        """`ours` or `theirs`, as the reader sees it; the name of the side for whoever only looks on."""
        if not self.side:
            return self.name_of(side)
        return str(_("Our side") if side == self.side else _("Other side"))

    def field_word(self, name: str) -> str:
        """A field in words; one that has none is called as in the files."""
        known = self._item_word(name) or FIELDS.get(name)
        columns: list[str] = next((one["columns"] for one in self.agreement.fields if one["name"] == name), [])
        return str(known or (columns[0] if columns else name))

    def _item_word(self, name: str) -> str:
        """What an item of the daily report is called, where totals are exchanged."""
        if name not in self.agreement.items_counted:
            return ""
        named = {one.code: one for one in form_on(DAILY, self.today).items}
        item = named.get(name)
        return "" if item is None else item.zh if language() == "zh" else item.en


def reader_of(actor: Actor, number: UUID) -> Reader:
    """Whoever reads the agreement in the address; one out of scope is not there."""
    agreement = Agreements.rows(actor).filter(pk=number).first()
    if agreement is None or not Agreements.open_to(actor):
        raise Http404
    return Reader(actor, agreement, side_of(actor, agreement))


def side_of(actor: Actor, agreement: Agreement) -> str:
    """For which side somebody may act; ours first where both are theirs to speak for."""
    if actor.holds(DATA_OFFICERS, agreement.unit):
        return OURS
    return THEIRS if agreement.theirs is not None and actor.holds(BOTH_SIDES, agreement.theirs) else ""


def acting(reader: Reader) -> Unit:
    """The unit for which one acts; whoever only looks on finds no such address."""
    if reader.unit is None:
        raise Http404
    return reader.unit


def newest_run(reader: Reader) -> Run | None:
    """The last comparison under the agreement."""
    runs = Runs.rows(reader.actor).filter(agreement=reader.agreement).select_related("list_ours", "list_theirs")
    run: Run | None = runs.defer("model", *_REASONS).order_by("-number").first()
    return run
