"""A JSON body is read strictly, within bounds and exactly (报文)."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.parsing.envelope import MAX_DEPTH, MAX_MEMBERS, MAX_NODES, load_json
from lianfang.domain.refusals import Refused
from tests.domain.reading import code_of, unhurried

LIMIT = 10 * 2**20


def refused(body: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        load_json(body, max_bytes=LIMIT)
    problem = caught.value.problems[0]
    return problem.code, problem.field


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_numbers_are_kept_exactly_as_written() -> None:
    body = b'{"a": 36.60, "b": 9007199254740993, "c": 0.1}'
    assert load_json(body, max_bytes=LIMIT) == {"a": Decimal("36.60"), "b": 9007199254740993, "c": Decimal("0.1")}
    assert str(load_json(b"36.60", max_bytes=LIMIT)) == "36.60"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1,2", b'{"a":1,}', b"{'a':1}", b"{} {}", b'{"a":"\x01"}', b"nul", b'"\\x41"', b"01", b"+1", b".5"],
)
def test_anything_but_one_whole_document_is_malformed(body: bytes) -> None:
    assert refused(body)[0] == "json.malformed"


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "036.5", "1e99999999999999999999", "9" * 2000])
def test_a_number_that_is_none_is_refused_at_its_member(token: str) -> None:
    code, field = refused(f'{{"slot": "am", "temperature": {token}}}'.encode())
    assert code == "json.malformed"
    assert field in ("temperature", "")


def test_a_member_given_twice_is_refused_by_name() -> None:
    assert refused(b'{"person": {"name": "a", "name": "b"}}') == ("json.malformed", "name")


def test_depth_twenty_is_read_and_twenty_one_is_not() -> None:
    load_json(nested(MAX_DEPTH), max_bytes=LIMIT)
    assert refused(nested(MAX_DEPTH + 1))[0] == "json.too_deep"


def test_brackets_inside_text_are_no_depth() -> None:
    value = {"note": "[" * 500 + '\\"' + "{" * 500, "a\\": "]"}
    assert load_json(json.dumps(value).encode(), max_bytes=LIMIT) == value


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'["\\"",' + b"[" * 100_000])
def test_a_tower_of_brackets_is_refused_in_milliseconds(body: bytes) -> None:
    started = time.perf_counter()
    assert refused(body)[0] == "json.too_deep"
    assert time.perf_counter() - started < 0.2


def test_a_thousand_members_are_read_and_one_more_is_not() -> None:
    members = {f"m{number}": number for number in range(MAX_MEMBERS)}
    assert load_json(json.dumps(members).encode(), max_bytes=LIMIT) == members
    assert refused(json.dumps({**members, "more": 0}).encode())[0] == "body.too_large"


def test_a_batch_of_a_thousand_reports_is_read_and_a_million_values_are_not() -> None:
    report = {"person": {"name": "x", "id_number": "y"}, "symptoms": ["none"], "test": {"result": "negative"}}
    assert len(load_json(json.dumps([report] * 1000).encode(), max_bytes=LIMIT)) == 1000  # type: ignore[arg-type]
    assert refused(b"[" + b"1," * (2 * MAX_NODES) + b"1]")[0] == "body.too_large"


def test_the_limit_in_bytes_is_told() -> None:
    with pytest.raises(Refused) as caught:
        load_json(b'"' + b"x" * 20 + b'"', max_bytes=21)
    assert (caught.value.code, caught.value.problems[0].facts["limit"]) == ("body.too_large", 21)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_another_encoding_is_named(encoding: str) -> None:
    assert refused('{"name": "张伟"}'.encode(encoding))[0] == "encoding"


@pytest.mark.parametrize("body", [b'{"person": {"name": "\\ude00\\ud83d"}}', b'{"person": {"name": "a\\ud83d"}}'])
def test_half_a_character_is_refused_at_its_member(body: bytes) -> None:
    assert refused(body) == ("text.lossy", "person.name")
    assert load_json(b'"\\ud83d\\ude00"', max_bytes=LIMIT) == "\U0001f600"


@unhurried
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_escape_the_one_refusal(body: bytes) -> None:
    code = code_of(load_json, body, max_bytes=LIMIT)
    assert code in (None, "json.malformed", "json.too_deep", "encoding", "text.lossy")


@unhurried
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_what_json_writes_is_read_back(value: Any) -> None:
    assert load_json(json.dumps(value).encode(), max_bytes=LIMIT) == value
