"""The queues of a workbench (校核队列): what is to be looked at, by class and state, how many, and one page of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.verification.fields import OURS, THEIRS
from lianfang.capabilities.verification.models import (
    CONFLICT,
    DUPLICATE,
    GONE,
    ONLY_OURS,
    ONLY_THEIRS,
    OPEN,
    POSSIBLE,
    SENT_BACK,
    SETTLED,
    TOTAL,
    UNSETTLED,
    WAITING,
    Item,
    Run,
)
from lianfang.capabilities.verification.register import Differences
from lianfang.interfaces.web.views.verification_sides import Reader
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below

SIZE: Final = 25  # differences on a page: more than anybody looks over before the next
REVIEW, WITH_OTHER, DONE = "review", "with_other", "done"
_CLASSES: Final = (CONFLICT, POSSIBLE, ONLY_OURS, ONLY_THEIRS, DUPLICATE, TOTAL)
_RARE: Final = frozenset({DUPLICATE, TOTAL, WITH_OTHER})
"""Queues that are named only where there is something in them."""
_WORDS: Final[Mapping[str, Any]] = {
    REVIEW: _("To review"),
    CONFLICT: _("Fields differ"),
    POSSIBLE: _("Maybe same person"),
    DUPLICATE: _("Twice in one list"),
    TOTAL: _("Totals differ"),
    WITH_OTHER: _("Other side to answer"),
    SENT_BACK: _("Sent back"),
    WAITING: _("Waiting"),
    DONE: _("Done today"),
}
_ONLY_LEFT, _ONLY_RIGHT = _("Only ours"), _("Only theirs")
QUEUES: Final = (REVIEW, *_CLASSES, WITH_OTHER, SENT_BACK, WAITING, DONE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for: a queue, a page of it, the unit looked into."""

    queue: str = REVIEW
    page: int = 1
    item: str = ""
    place: str = ""

    def url(self, reader: Reader, **other: Any) -> str:
        """The address of the workbench with these choices, changed as given."""
        asked = {"queue": self.queue, "page": self.page, "item": self.item, "place": self.place} | other
        plain = {k: v for k, v in asked.items() if v not in ("", None) and (k, v) not in _USUAL}
        here = f"/verification/{reader.agreement.pk}"
        return f"{here}?{urlencode(plain)}" if plain else here


_SHOWN: Final = ("row_ours", "row_theirs", "place")
_SEALED: Final = ("row_ours__sealed", "row_theirs__sealed")
_USUAL: Final = (("queue", REVIEW), ("page", 1))


def chosen_in(asked: Mapping[str, str]) -> Chosen:
    """The choices in an address or a form; what is no queue or page is the first."""
    queue, page = asked.get("queue", ""), asked.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1  # noqa: PLR2004
    queue = queue if queue in QUEUES else REVIEW
    return Chosen(queue, max(number, 1), asked.get("item", ""), asked.get("place", ""))


def rows_of(reader: Reader, place: str = "") -> QuerySet[Any]:
    """All differences of the agreement that the reader may see, or those at and under a unit."""
    rows = Differences.rows(reader.actor).filter(agreement=reader.agreement)
    if not place:
        return rows
    unit = Unit.objects.filter(code=place).first()
    if unit is None:
        return rows.none()
    low, high = below(unit.path)
    return rows.filter(place__path__gte=low, place__path__lt=high)


def condition(reader: Reader, queue: str) -> Q:
    """Which differences are in a queue."""
    if queue in (SENT_BACK, WAITING):
        return Q(state=queue)
    if queue == DONE:
        return Q(state__in=(SETTLED, GONE), settled_at__gte=reader.midnight)
    if queue == WITH_OTHER:
        return Q(state=OPEN) & ~_for_us(reader)
    review = Q(state=OPEN) & _for_us(reader)
    return review if queue == REVIEW else review & Q(klass=queue)


def _for_us(reader: Reader) -> Q:
    """What our side has not answered yet, or has to answer again."""
    return Q(**{f"verdict_{reader.side}": ""}) | Q(owner=reader.side) if reader.side else Q(unit_id__isnull=False)


def counted(reader: Reader, run: Run | None, place: str = "") -> dict[str, int]:
    """How many are in each queue, how many are over their time, and how far the run has come; one query."""
    kinds = {f"q_{queue}": Count("pk", filter=condition(reader, queue)) for queue in QUEUES}
    ran = Q(run=run) & ~Q(state=GONE)
    found = rows_of(reader, place).aggregate(
        **kinds,
        overdue=Count("pk", filter=Q(state__in=UNSETTLED, due_at__lt=clock.now())),
        settled=Count("pk", filter=ran & Q(state=SETTLED)),
        whole=Count("pk", filter=ran),
        in_the_way=Count("pk", filter=Q(run=run, state__in=UNSETTLED)),
    )
    return {name.removeprefix("q_"): number for name, number in found.items()}


def listed_queues(reader: Reader, chosen: Chosen, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The queues as links with their counts."""
    return [
        {
            "label": _word(reader, queue), "count": counts[queue], "current": queue == chosen.queue,
            "url": Chosen(queue, place=chosen.place).url(reader),
        }
        for queue in QUEUES
        if counts[queue] or queue == chosen.queue or _is_usual(reader, queue)
    ]  # fmt: skip


def _is_usual(reader: Reader, queue: str) -> bool:
    """Whether a queue is named even where it is empty."""
    return queue not in _RARE and not (reader.agreement.is_of_totals and queue in _CLASSES)


def _word(reader: Reader, queue: str) -> str:
    if queue in (ONLY_OURS, ONLY_THEIRS):
        return only_word(reader, OURS if queue == ONLY_OURS else THEIRS)
    return str(_WORDS[queue])


def only_word(reader: Reader, side: str) -> str:
    """`Only ours` or `Only theirs`, from where the reader stands."""
    return str(_ONLY_LEFT if side == reader.left else _ONLY_RIGHT)


def page_of(reader: Reader, chosen: Chosen) -> Sequence[Item]:
    """One page of a queue: what is longest due first, and one row more where there is a next page."""
    return list(_page(reader, chosen).select_related(None).select_related(*_SHOWN).defer(*_SEALED))


def keys_of(reader: Reader, chosen: Chosen) -> list[str]:
    """The keys of the differences on a page of a queue, in its order."""
    return [str(key) for key in _page(reader, chosen).values_list("pk", flat=True)[:SIZE]]


def _page(reader: Reader, chosen: Chosen) -> QuerySet[Any]:
    rows = rows_of(reader, chosen.place).filter(condition(reader, chosen.queue))
    order = ("-settled_at", "-number") if chosen.queue == DONE else (F("due_at").asc(nulls_last=True), "number")
    first = (chosen.page - 1) * SIZE
    return rows.order_by(*order)[first : first + SIZE + 1]
