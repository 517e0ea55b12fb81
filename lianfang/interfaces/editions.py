"""Editions of rules in words (规则版本用语): a row keeps a pack's code and its first day, a reader wants its name."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import shipped
from lianfang.kernel.scope import EVERYTHING, looking


def edition_words(kept: str) -> str:
    """`Generic school rule pack, since 2000-01-01` for `generic-school 2000-01-01`; what names no pack stays."""
    code, _space, since = kept.rpartition(" ")
    name = _title(code, since) if code else ""
    return str(_("{name}, since {since}")).format(name=name, since=since) if name else kept


def _title(code: str, since: str) -> str:
    with looking(EVERYTHING):  # a superior's rules hold for people who do not see the superior
        packs = [one for one in RulePack.objects.filter(code=code) if one.valid_from.isoformat() == since]
    zh, en = (packs[0].title, packs[0].title_en) if packs else _shipped_titles(code)
    return en if en and not (get_language() or "").startswith("zh") else zh


def _shipped_titles(code: str) -> tuple[str, str]:
    try:
        pack = shipped(code)["pack"]
    except LookupError:
        return "", ""
    return str(pack["title_zh"]), str(pack["title_en"])
