"""Runs (校核批次), the links they found, and differences (差异) as pieces of work with their history (来龙去脉)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.verification.models.exchange import (
    SIDE_NAMES,
    Agreement,
    Entry,
    Exchanged,
    ReceivedList,
)
from lianfang.kernel.orgs.models import Unit

CONFLICT, POSSIBLE, ONLY_OURS, ONLY_THEIRS = "conflict", "possible", "only_ours", "only_theirs"
DUPLICATE, TOTAL = "duplicate", "total"
CLASSES = [
    (CONFLICT, _("fields differ")),
    (POSSIBLE, _("possibly the same person")),
    (ONLY_OURS, _("only in our list")),
    (ONLY_THEIRS, _("only in their list")),
    (DUPLICATE, _("twice in one list")),
    (TOTAL, _("totals differ")),
]
OPEN, WAITING, SENT_BACK, SETTLED, GONE = "open", "waiting", "sent_back", "settled", "gone"
ITEM_STATES = [
    (OPEN, _("open")),
    (WAITING, _("waiting for the other side's list")),
    (SENT_BACK, _("sent back to be corrected")),
    (SETTLED, _("settled")),
    (GONE, _("differs no longer")),
]
UNSETTLED = (OPEN, WAITING, SENT_BACK)
"""States in which a difference still asks for something, of people or of time."""
VERDICTS = [
    ("use_ours", _("use ours")),
    ("use_theirs", _("use theirs")),
    ("by_field", _("field by field")),
    ("same_person", _("the same person")),
    ("not_same_person", _("not the same person")),
    ("missing_report", _("missing report confirmed")),
    ("not_a_case", _("not a case")),
    ("other_jurisdiction", _("other jurisdiction")),
    ("duplicate", _("duplicate")),
    ("too_new", _("too new, still to come")),
    ("send_back", _("send back to be corrected")),
    ("later", _("later, with a note")),
]
RUN_STATES = [("waiting", _("waiting to be carried out")), ("done", _("carried out")), ("signed", _("signed by both"))]
RUN_KINDS = [("people", _("person by person")), ("totals", _("total by total"))]
ACTS = [
    ("opened", _("opened")),
    ("answered", _("answered")),
    ("settled", _("settled by both")),
    ("disputed", _("answered otherwise")),
    ("noted", _("left for later, with a note")),
    ("sent_back", _("sent back to be corrected")),
    ("undone", _("last decision taken back")),
    ("reopened", _("reopened")),
    ("waiting", _("waits for the other side's list")),
    ("woken", _("usual delay over")),
    ("found_again", _("found again by a later run")),
    ("gone", _("differs no longer in a later run")),
    ("corrected", _("a reported fact it rests on was corrected")),
]


class Run(Exchanged):
    """One comparison of two lists, repeatable: hashes of both, settings, weights, counts, when and by whom."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="runs", verbose_name=_("agreement"))
    number = models.PositiveIntegerField(_("run"))
    kind = models.CharField(_("kind"), max_length=10, choices=RUN_KINDS, default="people")
    state = models.CharField(_("state"), max_length=10, choices=RUN_STATES)
    list_ours = models.ForeignKey(ReceivedList, models.PROTECT, null=True, related_name="+", verbose_name=_("our list"))
    list_theirs = models.ForeignKey(
        ReceivedList, models.PROTECT, null=True, related_name="+", verbose_name=_("their list")
    )
    hash_ours = models.CharField(_("hash of our list"), max_length=64)
    hash_theirs = models.CharField(_("hash of their list"), max_length=64)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    model = models.JSONField(_("weights"), default=dict, blank=True)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    started_by = models.CharField(_("by"), max_length=60)
    signed_ours_at = models.DateTimeField(_("signed by us at"), null=True, blank=True)
    signed_ours_by = models.CharField(_("signed by us"), max_length=60, blank=True)
    signed_theirs_at = models.DateTimeField(_("signed by them at"), null=True, blank=True)
    signed_theirs_by = models.CharField(_("signed by them"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("verification run")
        verbose_name_plural = _("verification runs")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="one_run_a_number",
                violation_error_message=_("This run is there already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.number}"


class Link(models.Model):
    """Two rows that a run took for one person; all that is kept of those who agree."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.CASCADE, related_name="links")
    row_ours = models.ForeignKey(Entry, models.CASCADE, related_name="+")
    row_theirs = models.ForeignKey(Entry, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    found_by = models.CharField(max_length=40, blank=True)
    weight = models.FloatField(null=True)
    probability = models.FloatField(null=True)


class Item(Exchanged):
    """One difference: the same through all runs that find it, owned by the side that must answer, settled by both.

    `fields` lists `{"field", "ours", "theirs", "proposed"}` of what differs, secret values masked; `alike` names what
    agrees. `print` tells the values apart from those of an earlier run. `place` and `day` say where totals differ.
    A verdict is one of `VERDICTS`; `chosen_…` says which side's value was chosen, by field.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="items", verbose_name=_("agreement"))
    number = models.PositiveIntegerField(_("number"))
    key = models.BinaryField(max_length=16)
    klass = models.CharField(_("class"), max_length=12, choices=CLASSES)
    state = models.CharField(_("state"), max_length=10, choices=ITEM_STATES)
    owner = models.CharField(_("who must answer"), max_length=6, choices=SIDE_NAMES, blank=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="items", verbose_name=_("found last by"))
    row_ours = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", verbose_name=_("our row"))
    row_theirs = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", verbose_name=_("their row"))
    place = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("unit counted"))
    day = models.DateField(_("day"), null=True, blank=True)
    probability = models.FloatField(_("probability"), null=True)
    fields = models.JSONField(_("what differs"), default=list, blank=True)
    alike = models.JSONField(_("what agrees"), default=list, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    print = models.BinaryField(max_length=16)
    verdict_ours = models.CharField(_("our answer"), max_length=20, choices=VERDICTS, blank=True)
    verdict_theirs = models.CharField(_("their answer"), max_length=20, choices=VERDICTS, blank=True)
    chosen_ours = models.JSONField(default=dict, blank=True)
    chosen_theirs = models.JSONField(default=dict, blank=True)
    by_ours = models.BigIntegerField(null=True, editable=False)
    by_theirs = models.BigIntegerField(null=True, editable=False)
    opened_at = models.DateTimeField(_("opened at"))
    waits_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["agreement", "state", "klass"]),
            models.Index(fields=["waits_until"], name="item_waiting", condition=models.Q(state=WAITING)),
            models.Index(fields=["due_at"], name="item_due", condition=models.Q(state__in=(OPEN, SENT_BACK))),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["agreement", "key"],
                name="one_item_a_difference",
                violation_error_message=_("This difference is there already."),
            ),
            models.UniqueConstraint(
                fields=["unit", "number"],
                name="one_item_a_number",
                violation_error_message=_("This difference is there already."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        """The number by which people speak of it: V-0381."""
        return f"V-{self.number:04d}"


class Step(Exchanged):
    """One step in the history of a difference: who did what for which side, when, and on what evidence."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="steps", verbose_name=_("difference"))
    at = models.DateTimeField(_("at"))
    act = models.CharField(_("act"), max_length=12, choices=ACTS)
    side = models.CharField(_("side"), max_length=6, choices=SIDE_NAMES, blank=True)
    account_id = models.BigIntegerField(null=True, editable=False)
    name = models.CharField(_("by"), max_length=60)
    verdict = models.CharField(_("answer"), max_length=20, choices=VERDICTS, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    before = models.JSONField(default=dict, blank=True, editable=False)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["item", "at"])]
