"""What stands on a copy besides its figures (表头与落款), in the language of its layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

LOCALES = {"zh": "zh-hans", "en": "en"}
SHOWN_OF_A_HASH = 16  # characters


def locale_of(sheet: Mapping[str, Any]) -> str:
    """The language in which a copy is written."""
    return LOCALES[sheet["language"]]


def across(sheet: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows as they are drawn: a sheet that runs down has an item a row."""
    heads, rows = list(sheet["heads"]), [list(row) for row in sheet["rows"]]
    if sheet["shape"] == "across":
        return heads, rows
    return [_("Item"), *(str(_("Figure")) for _row in rows)], [list(line) for line in zip(heads, *rows, strict=True)]


def foot(sheet: Mapping[str, Any]) -> list[str]:
    """Who signed the figures and when, what proves them, and whose are missing."""
    signed = _("Signed by %(signer)s at %(at)s, revision %(revision)s") % {
        "signer": sheet["signer"], "at": sheet["signed_at"], "revision": sheet["revision"],
    }  # fmt: skip
    proof = _("Hash of the report: %(hash)s") % {"hash": sheet["source_hash"][:SHOWN_OF_A_HASH]}
    missing = _("Not in when this was signed: %(units)s") % {"units": ", ".join(sheet["missing"])}
    return [signed, proof, *([missing] if sheet["missing"] else [])]
