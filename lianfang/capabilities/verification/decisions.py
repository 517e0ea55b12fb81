"""What may be done with a difference (差异办理): answer, take the last answer back, reopen, show the full numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from lianfang.capabilities.verification.agreements import BOTH_SIDES, side_of
from lianfang.capabilities.verification.due import due_time, owe
from lianfang.capabilities.verification.fields import OURS, SIDES, THEIRS, other
from lianfang.capabilities.verification.models import (
    GONE,
    OPEN,
    POSSIBLE,
    SENT_BACK,
    SETTLED,
    UNSETTLED,
    WAITING,
    Entry,
    Item,
    Run,
    Step,
)
from lianfang.capabilities.verification.steps import restore, snapshot, step
from lianfang.capabilities.verification.verdicts import (
    LATER,
    PUTTING_OFF,
    SEND_BACK,
    TOO_NEW,
    agree,
    check_verdict,
    chosen_sides,
)
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.shapes import ByName, Member, among

DECISIONS: Final = frozenset({"answered", "settled", "disputed", "noted", "sent_back", "waiting"})
"""Acts of a history that somebody has done by answering."""
_LEAST_PURPOSE = 2  # signs: the shortest Chinese word
CHOSEN: Final = ByName("each field that differs", Member(str, OURS, more=among(SIDES)))


@action("difference.answered", by=BOTH_SIDES, over="unit", facts=("unit", "item", "verdict"))
def answer_difference(
    by: Actor, *, unit: Unit, item: Item, verdict: str, note: str = "", evidence: str = "",
    chosen: Annotated[Mapping[str, Any], CHOSEN] | None = None,
) -> Item:  # fmt: skip
    """Answer a difference for one's side; it is settled when both sides have answered the same.

    Our side answers for one that does not work here with the letter or file in which it says so (`evidence`).
    Refused: `verdict.unfit`, `required` (note), `flow.condition` when it is settled or no longer there,
    `difference.second_person` when one person would answer for both sides.
    """
    item = _held(item)
    side = _answering_side(by, item, unit, evidence)
    check_verdict(item, verdict, note)
    if item.state not in UNSETTLED:
        raise Refused("flow.condition", "item", state=item.state)
    before = snapshot(item)
    act = (
        _put_off(item, side, verdict) if verdict in PUTTING_OFF else _answer(item, by, side, verdict, chosen, evidence)
    )
    item.save()
    step(item, act, by, side=side, verdict=verdict, note=note, evidence=evidence, before=before).save()
    owe(item.agreement)
    return item


def refuse_if_changed(item: Item, seen: int) -> None:
    """Refuse `flow.condition` (reason `answered_meanwhile`, `who`) if a difference has more steps than its reader saw.

    Holds the difference until the transaction ends, so that an answer after it in the same one goes to what was seen.
    """
    later = Step.objects.filter(item=_held(item)).order_by("at", "pk")[seen:]
    steps = list(later)
    if steps:
        who = next((one.name for one in reversed(steps) if one.account_id is not None), None)
        raise Refused("flow.condition", "item", reason="answered_meanwhile", who=who)


def _held(item: Item) -> Item:
    """The difference as it is now, held until the transaction ends: two answers at once take turns."""
    return Item.objects.select_for_update(of=("self",)).select_related("agreement__unit").get(pk=item.pk)


def _answering_side(by: Actor, item: Item, unit: Unit, evidence: str) -> str:
    side = side_of(by, item.agreement, unit)
    if side == THEIRS or not evidence.strip():
        return side
    if item.theirs_id is not None:
        raise Refused("flow.condition", "evidence")
    return THEIRS


def _put_off(item: Item, side: str, verdict: str) -> str:
    """Too new: wait once more as long as usual; back to the other side; or just a note."""
    if verdict == TOO_NEW:
        days = max(1, item.agreement.delay_days)
        item.state, item.waits_until, item.due_at = WAITING, clock.now() + timedelta(days=days), None
        return "waiting"
    if verdict == SEND_BACK:
        item.state, item.owner = SENT_BACK, other(side)
        item.due_at, item.waits_until = due_time(item.agreement), None
        return "sent_back"
    return "noted" if verdict == LATER else "answered"


def _answer(
    item: Item, by: Actor, side: str, verdict: str, chosen: Mapping[str, Any] | None, evidence: str
) -> str:  # fmt: skip
    _check_second_person(item, by, side, evidence)
    setattr(item, f"verdict_{side}", verdict)
    setattr(item, f"chosen_{side}", chosen_sides(item, verdict, chosen))
    setattr(item, f"by_{side}", by.account_id)
    item.waits_until = None
    if agree(item):
        item.state, item.due_at, item.settled_at, item.owner = SETTLED, None, clock.now(), ""
        return "settled"
    item.state, item.owner, item.due_at = OPEN, other(side), due_time(item.agreement)
    return "disputed" if getattr(item, f"verdict_{other(side)}") else "answered"


def _check_second_person(item: Item, by: Actor, side: str, evidence: str) -> None:
    """Two people for the two sides; what the other side has written may be entered by whoever answered for ours,
    unless it is about who is the same person: that takes two pairs of eyes."""
    before = getattr(item, f"by_{other(side)}")
    answered = getattr(item, f"verdict_{other(side)}")
    if answered and before is not None and before == by.account_id and (item.klass == POSSIBLE or not evidence.strip()):
        raise Refused("difference.second_person", "item")


def is_own_answer(last: Step | None, by: Actor) -> bool:
    """Whether the newest step of a difference that stands is an answer by this account, so that it may take it back."""
    return last is not None and last.act in DECISIONS and bool(last.before) and last.account_id == by.account_id


@action("difference.undone", by=BOTH_SIDES, over="unit", facts=("unit", "item"))
def undo_answer(by: Actor, *, unit: Unit, item: Item) -> Item:
    """Take one's own last answer to a difference back, as long as nobody has done anything to it since."""
    item = _held(item)
    side_of(by, item.agreement, unit)
    last = Step.objects.filter(item=item, undone_at=None).exclude(act="undone").order_by("-at", "-pk").first()
    if last is None or last.act not in DECISIONS or not last.before:
        raise Refused("flow.condition", "item")
    if last.account_id != by.account_id or item.run.state == "signed":
        raise Refused("difference.not_own", "item")
    restore(item, last.before)
    item.save()
    last.undone_at = clock.now()
    last.save(update_fields=["undone_at"])
    step(item, "undone", by, side=last.side, verdict=last.verdict).save()
    owe(item.agreement)
    return item


@action("difference.reopened", by=BOTH_SIDES, over="unit", facts=("unit", "item", "reason"))
def reopen_difference(by: Actor, *, unit: Unit, item: Item, reason: str) -> Item:
    """Open a settled difference again, for a reason that is kept; both sides answer anew."""
    item = _held(item)
    side = side_of(by, item.agreement, unit)
    if item.state not in (SETTLED, GONE):
        raise Refused("flow.condition", "item", state=item.state)
    if not reason.strip():
        raise Refused("required", "reason")
    put_again(item, owner=other(side))
    item.save()
    step(item, "reopened", by, side=side, note=reason).save()
    owe(item.agreement)
    return item


def put_again(item: Item, *, owner: str) -> None:
    """Open a difference anew to a side, with none of the answers it had; a run that was signed off no longer is."""
    Run.objects.filter(pk=item.run_id).exclude(signed_ours_at=None, signed_theirs_at=None).update(
        state="done", signed_ours_at=None, signed_ours_by="", signed_theirs_at=None, signed_theirs_by=""
    )
    item.state, item.owner, item.due_at = OPEN, owner, due_time(item.agreement)
    item.settled_at = item.waits_until = None
    item.verdict_ours = item.verdict_theirs = ""
    item.chosen_ours, item.chosen_theirs, item.by_ours, item.by_theirs = {}, {}, None, None
    item.reopened += 1


@action("case.revealed", by=BOTH_SIDES, over="unit", facts=("unit", "item", "purpose"))
def reveal_case(by: Actor, *, unit: Unit, item: Item, purpose: str) -> Item:
    """Show the full numbers, phones and addresses of a difference, for a reason that is kept."""
    side_of(by, item.agreement, unit)
    if not purpose.strip():
        raise Refused("required", "purpose")
    if len(purpose.strip()) < _LEAST_PURPOSE:
        raise Refused("text.too_short", "purpose", low=_LEAST_PURPOSE)
    return item


def revealed(item: Item) -> dict[str, dict[str, str]]:
    """Side -> the sealed values of its row, for whoever has just written down why (`reveal_case`)."""
    rows: dict[str, Entry | None] = {OURS: item.row_ours, THEIRS: item.row_theirs}
    return {side: row.opened() for side, row in rows.items() if row is not None}
