"""Editions of rules in words (规则版本用语): the pack's name, and what names no pack stays as it is."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from lianfang.interfaces.editions import edition_words

pytestmark = pytest.mark.django_db


def test_an_edition_is_named_in_the_readers_language() -> None:
    with override("en"):
        assert edition_words("generic-school 2000-01-01") == "Generic school rule pack, since 2000-01-01"
    with override("zh-hans"):
        assert "学校通用规则包" in edition_words("generic-school 2000-01-01")


@pytest.mark.parametrize("kept", ["", "unknown-pack 2020-01-30", "word"])
def test_what_names_no_pack_stays(kept: str) -> None:
    assert edition_words(kept) == kept
