"""What fields, classes and steps of a verification are called (校核用语)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

FIELDS: Final[Mapping[str, Any]] = {
    "name": _("Name"),
    "surname": _("Surname"),
    "given_name": _("Given name"),
    "id_no": _("ID number"),
    "birth": _("Date of birth"),
    "sex": _("Sex"),
    "phone": _("Phone"),
    "unit": _("Unit"),
    "address": _("Address"),
    "locality": _("Locality"),
    "postcode": _("Postcode"),
    "record": _("Record number"),
    "onset": _("Date of onset"),
    "diagnosed": _("Date of diagnosis"),
    "reported": _("Date of report"),
    "sampled": _("Date of sampling"),
    "admitted": _("Date of admission"),
    "test": _("Test result"),
    "disease": _("Disease"),
    "classification": _("Case classification"),
    "status": _("Status"),
}
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


def label(field: str) -> str:
    """A field in words; a column that is none is called by its own name."""
    return str(FIELDS.get(field, field))
