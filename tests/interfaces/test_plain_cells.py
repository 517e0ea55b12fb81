"""Plain cells by the column (整列明白值): exactly what the one reader gives back unchanged, and the same indexes."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from lianfang.capabilities.checkin.bulk_names import plain_names
from lianfang.capabilities.checkin.bulk_numbers import valid_numbers
from lianfang.domain.identity import parse_identity
from lianfang.domain.parsing.text import clean_name
from lianfang.domain.refusals import Refused
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.crypto_together import blind_indexes_of
from tests.interfaces.lists import number
from tests.make import DAY


def test_what_is_plain_is_exactly_what_the_one_reader_gives_back_unchanged():
    today = DAY

    @settings(max_examples=300, derandomize=True, deadline=None)
    @given(
        st.lists(st.text(st.sampled_from("无名同上张李王罗马莨阿路一二aA·. 测"), min_size=1, max_size=5), min_size=1),
        st.lists(st.tuples(st.sampled_from(("519999", "110101", "990101", "810000")), st.dates(), st.integers(0, 999),
                           st.sampled_from("0123456789Xx"))),
    )  # fmt: skip
    def alike(names: list[str], numbers: list[tuple[Any, ...]]) -> None:
        for name, plain in zip(names, plain_names(pl.Series(names)), strict=True):
            assert not plain or read_name(name) == (name, [])
        texts = [f"{area}{day:%Y%m%d}{n:03d}{check}" for area, day, n, check in numbers]
        texts += [text[:-1] + ric.calc_check_digit(text) for text in texts]
        for text, valid in zip(texts, valid_numbers(pl.Series(texts, dtype=pl.String), today=today), strict=True):
            assert valid == (read_number(text, today) == text)

    alike()


def read_name(text: str) -> tuple[str, list[Any]] | None:
    notes: list[Any] = []
    try:
        return clean_name(text, "", notes), notes
    except Refused:
        return None


def read_number(text: str, today: Any) -> str | None:
    try:
        return parse_identity("resident", text, "", [], today=today).number
    except (Refused, ValueError):
        return None


def test_indexes_made_together_are_those_made_one_by_one():
    numbers = [number(n) for n in range(20)]
    together = list(blind_indexes_of("id:resident", numbers))
    assert together == [blind_index("id:resident", one) for one in numbers]
    with pytest.raises(ValueError, match="normal form"):
        list(blind_indexes_of("id:resident", ["１２３"]))
