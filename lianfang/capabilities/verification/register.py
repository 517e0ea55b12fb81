"""How agreements, lists, runs and differences are listed (双向校核台账); numbers and names are shown masked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.verification.actions import (
    answer_difference,
    compare_lists,
    end_agreement,
    make_agreement,
    reopen_difference,
    reveal_case,
    sign_off,
    undo_answer,
)
from lianfang.capabilities.verification.fields import label
from lianfang.capabilities.verification.models import (
    CLASSES,
    FREQUENCIES,
    ITEM_STATES,
    LIST_STATES,
    SIDE_NAMES,
    UNSETTLED,
    Agreement,
    Item,
    ReceivedList,
    Run,
    Step,
)
from lianfang.capabilities.verification.models.work import RUN_STATES
from lianfang.domain.identity import mask_name
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import EVERYONE, EXCHANGE, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.registers.register import Column, Filter, Register, column, equals, on_day, under_unit, visible

COUNTED = (*EVERYONE, Role.LIAISON)
"""Who sees what holds counts and no person: everybody over their units, and both sides of the exchange."""


def of_exchange(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Of these the rows of one's own side, and of exchanges in which one's unit is the other side."""
    return rows if actor.system else rows.filter(_exchanged(actor))


def of_counts(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """The same, and for superiors whatever lies under them: rows that hold counts and no person."""
    return rows if actor.system else rows.filter(_exchanged(actor) | visible(actor, "unit__"))


def _exchanged(actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for path in actor.scope.exchange_paths:
        low, high = below(path)
        for prefix in ("unit__", "theirs__"):
            condition |= Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high})
            condition |= Q(**{f"{prefix}sector_path__gte": low, f"{prefix}sector_path__lt": high})
    return condition


def by_id(name: str, label: Any) -> Filter:
    """The filter by the key of a row that is pointed at; what is no key meets no row."""

    def condition(value: str) -> Q:
        try:
            return Q(**{f"{name}_id": UUID(value)})
        except ValueError:
            return Q(pk__in=[])

    return Filter(name, label, condition)


def _open(value: str) -> Q:
    if value not in ("yes", "overdue"):
        raise Refused("choice.unknown", "open")
    return Q(state__in=UNSETTLED) if value == "yes" else Q(state__in=UNSETTLED, due_at__lt=clock.now())


def _name(entry: Any) -> str:
    if entry is None:
        return ""
    return mask_name(entry.name or entry.values.get("surname", "") + entry.values.get("given_name", ""))


def _fields(item: Item) -> list[str]:
    return [label(one["field"]) for one in item.fields]


def _number(entry: Any) -> str:
    return entry.number_mask if entry is not None else ""


class Agreements(Register):
    name = "agreements"
    title = _("Exchange agreements")
    model = Agreement
    unit_path = None
    roles = COUNTED
    related = ("unit", "theirs")
    order = ("-id",)
    search = ("counterpart", "counterpart_en", "purpose", "basis")
    columns = [
        column(Agreement, "counterpart"),
        column(Agreement, "unit"),
        column(Agreement, "theirs", priority=2),
        column(Agreement, "purpose", priority=2),
        column(Agreement, "basis", priority=3),
        Column("fields", _("agreed fields"), lambda row: ", ".join(map(label, row.names)), priority=3),
        column(Agreement, "frequency", priority=2),
        column(Agreement, "delay_days", kind="amount", priority=3),
        column(Agreement, "totals_required", kind="flag", priority=3),
        column(Agreement, "since", priority=3),
        column(Agreement, "until", priority=3),
        column(Agreement, "made_by", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("frequency", _("how often"), FREQUENCIES)]
    actions = [make_agreement, end_agreement]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The agreements of either side, and those under the actor."""
        return of_counts(super().rows(actor), actor)


class Lists(Register):
    name = "exchanged-lists"
    title = _("Lists received")
    model = ReceivedList
    unit_path = None
    roles = COUNTED
    related = ("unit", "theirs", "agreement")
    order = ("-id",)
    columns = [
        Column("agreement", _("agreement"), lambda row: str(row.agreement)),
        column(ReceivedList, "side"),
        column(ReceivedList, "day"),
        column(ReceivedList, "state", kind="choice"),
        column(ReceivedList, "rows_in", kind="amount"),
        column(ReceivedList, "stored", kind="amount"),
        column(ReceivedList, "rejected", kind="amount"),
        column(ReceivedList, "control_total", kind="amount", priority=2),
        column(ReceivedList, "filename", priority=2),
        column(ReceivedList, "received_at", priority=2),
        column(ReceivedList, "received_by", priority=3),
        column(ReceivedList, "sha256", kind="code", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        by_id("agreement", _("agreement")),
        equals("side", _("side"), SIDE_NAMES),
        equals("state", _("state"), LIST_STATES),
        on_day("day", _("day"), "day"),
    ]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The lists, without the reasons of each rejected row."""
        return of_counts(super().rows(actor), actor).defer("rejections")


class Runs(Register):
    name = "verification-runs"
    title = _("Verification runs")
    model = Run
    unit_path = None
    roles = COUNTED
    related = ("unit", "theirs", "agreement")
    order = ("-id",)
    columns = [
        Column("agreement", _("agreement"), lambda row: str(row.agreement)),
        column(Run, "number", kind="amount"),
        column(Run, "kind", kind="choice", priority=3),
        column(Run, "state", kind="choice"),
        *(
            Column(name, label, lambda row, name=name: row.counts.get(name), "amount", 2)  # type: ignore[misc]
            for name, label in (
                ("ours", _("ours")),
                ("theirs", _("theirs")),
                ("agree", _("agree")),
                ("conflict", _("fields differ")),
                ("possible", _("possibly the same person")),
                ("only_ours", _("only in our list")),
                ("only_theirs", _("only in their list")),
                ("new", _("new differences")),
            )
        ),
        column(Run, "started_at"),
        column(Run, "started_by", priority=3),
        column(Run, "signed_ours_at", priority=3),
        column(Run, "signed_theirs_at", priority=3),
        column(Run, "hash_ours", kind="code", priority=3),
        column(Run, "hash_theirs", kind="code", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        by_id("agreement", _("agreement")),
        equals("state", _("state"), RUN_STATES),
    ]
    actions = [compare_lists, sign_off]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The runs, without their weights."""
        return of_counts(super().rows(actor), actor).defer("model")


class Differences(Register):
    name = "differences"
    title = _("Differences")
    model = Item
    unit_path = None
    roles = EXCHANGE
    related = ("unit", "theirs", "agreement", "row_ours", "row_theirs", "place")
    order = ("-number", "-id")
    columns = [
        Column("number", _("number"), lambda row: row.shown_number, "code"),
        Column("agreement", _("agreement"), lambda row: str(row.agreement), priority=3),
        column(Item, "klass", kind="choice"),
        column(Item, "state", kind="choice"),
        column(Item, "owner", kind="choice"),
        Column("name_ours", _("name in our list"), lambda row: _name(row.row_ours)),
        Column("number_ours", _("number in our list"), lambda row: _number(row.row_ours), "code", 2),
        Column("name_theirs", _("name in their list"), lambda row: _name(row.row_theirs)),
        Column("number_theirs", _("number in their list"), lambda row: _number(row.row_theirs), "code", 2),
        Column("differs", _("what differs"), lambda row: ", ".join(_fields(row)), priority=2),
        column(Item, "verdict_ours", kind="choice", priority=2),
        column(Item, "verdict_theirs", kind="choice", priority=2),
        column(Item, "opened_at", priority=3),
        column(Item, "due_at"),
        column(Item, "settled_at", priority=3),
        column(Item, "place", priority=3),
        column(Item, "day", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        under_unit("place", _("unit counted"), prefix="place__"),
        by_id("agreement", _("agreement")),
        by_id("run", _("run")),
        equals("klass", _("class"), CLASSES),
        equals("state", _("state"), ITEM_STATES),
        equals("owner", _("who must answer"), SIDE_NAMES),
        on_day("day", _("day"), "day"),
        Filter("open", _("open"), _open, (("yes", _("yes")), ("overdue", _("overdue")))),
    ]
    actions = [answer_difference, undo_answer, reopen_difference, reveal_case]
    address = staticmethod(lambda row: f"/verification/{row.agreement_id}?item={row.pk}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The differences that either side may see."""
        return of_exchange(super().rows(actor), actor)


class DifferenceSteps(Register):
    name = "difference-steps"
    title = _("Steps of differences")
    model = Step
    unit_path = None
    roles = EXCHANGE
    related = ("unit", "theirs", "item")
    order = ("-id",)
    columns = [
        Column("item", _("difference"), lambda row: row.item.shown_number, "code"),
        column(Step, "at"),
        column(Step, "act", kind="choice"),
        column(Step, "side", kind="choice"),
        column(Step, "name"),
        column(Step, "verdict", kind="choice"),
        column(Step, "note", priority=2),
        column(Step, "evidence", priority=3),
        column(Step, "undone_at", priority=3),
    ]
    filters = [by_id("item", _("difference"))]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The steps of differences that either side may see."""
        return of_exchange(super().rows(actor), actor)
