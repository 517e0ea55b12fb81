"""Items of sets of requirements (要求条目): text or placeholder, owner, day, and what shows that it is done."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.requirements.sets import requirement_sets
from lianfang.domain.requirements import DONE, OPEN, OVERDUE, state_of
from lianfang.kernel.orgs.models import UnitOwned

STATES = {OPEN: _("open"), DONE: _("done"), OVERDUE: _("overdue")}


class Requirement(UnitOwned):
    """One item of a set, as a unit has to meet it. An empty text is a placeholder: the source does not give it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    collection = models.CharField(_("set of requirements"), max_length=40)
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.CharField(_("requirement"), max_length=300, blank=True)
    text_en = models.CharField(_("requirement in English"), max_length=300, blank=True)
    owner = models.CharField(_("owner"), max_length=60, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "collection", "number"],
                name="one_requirement_a_number",
                violation_error_message=_("The unit has this item already."),
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | ~models.Q(evidence=""),
                name="closed_requirement_has_evidence",
                violation_error_message=_("An item is closed with what shows that it is done."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_collection_display()} {self.number}"

    def get_collection_display(self) -> str:
        """The title of the set."""
        found = requirement_sets().get(self.collection)
        if found is None:
            return self.collection
        return found.en if get_language() == "en" else found.zh

    @property
    def words(self) -> str:
        """What is asked for, in the reader's language; "" for a placeholder."""
        return self.text_en if self.text_en and get_language() == "en" else self.text

    def state(self, today: date) -> str:
        """Open, done or overdue on a day."""
        return state_of(closed=self.closed_at is not None, due_on=self.due_on, today=today)
