"""What fields, classes and steps of a verification are called (校核用语)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.verification.fields import FIELDS, label

__all__ = ["CLASSES", "FIELDS", "REASONS", "STEPS", "label"]

CLASSES: Final[Mapping[str, Any]] = {
    "agree": _("On both, in agreement"),
    "conflict": _("On both, in conflict"),
    "possible": _("Possible matches"),
    "only_ours": _("Only on ours"),
    "only_theirs": _("Only on theirs"),
    "duplicates_ours": _("Duplicate rows on ours"),
    "duplicates_theirs": _("Duplicate rows on theirs"),
}
STEPS: Final[Mapping[str, Any]] = {
    "search": _("searching"),
    "read": _("reading"),
    "compare": _("comparing"),
    "match": _("matching"),
    "report": _("reporting"),
}
REASONS: Final[Mapping[str, Any]] = {
    "empty_list": _("a list is empty"),
    "few_in_both": _("fewer than 7 persons are on both lists"),
    "dependent": _("one list depends on the other"),
    "truncated": _("a list leaves persons out by rule"),
}
