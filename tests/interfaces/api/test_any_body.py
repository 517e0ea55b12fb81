"""Whatever is sent, the answer is a receipt or a refusal (任意输入): no 5xx for any body, query or address."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.domain.answers import MEMBERS
from lianfang.domain.parsing.person import MEMBERS as OF_PERSON
from lianfang.interfaces.api.table import endpoints
from lianfang.kernel.reporting.forms import DAILY, shipped
from tests.world import BASE, World, report, undone

# Every example starts from the same world, so examples may share the fixture.
tried = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
WORDS = [
    "S1", "S1-K1", "S2-K1", "S1-K0", "N1", "2026-03-02", "2026-03-01", "0001-01-01", "9999-12-31", "am", "pm", "36.5",
    "NaN", "1e9", "resident", "none", "11010519491231002X", "张伟", "=1+1", "\x00", "%", "_", "\u202e", "well",
    "unwell", "class", "class_head", "head_K2", "true", "", " ", "x" * 400, "2026-03-02T16:05:00+08:00", "16:30",
    "territory", "territory-and-more", "\ud800", "00000000-0000-7000-8000-000000000000", "-1", "99999999999999999999",
]  # fmt: skip
TEXT = st.sampled_from(WORDS) | st.text(max_size=8)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-3, 50)
LEAF = st.none() | st.booleans() | NUMBERS | TEXT
VALUES = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
ITEMS = [item.code for item in shipped(DAILY).items]
NAMES = {
    "reports": MEMBERS,
    "roll-calls": ("key", "unit", "day", "slot", "observed_by", "exceptions", "everyone_else"),
    "unit-reports": (
        "key",
        "unit",
        "day",
        "form",
        "form_version",
        "nothing_to_report",
        "remark",
        "reason",
        "counts",
        *ITEMS,
    ),
    "persons/search": ("name",),
}
ACTORS = ("class_head", "duty_S1", "school_admin_S1", "county_N1", "city_officer", "former_head", "person_A")


def body_for(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """An object with some of the members that are asked for, or anything at all."""
    persons = st.fixed_dictionaries({}, optional=dict.fromkeys(OF_PERSON, VALUES))
    members = {name: VALUES | persons if name in ("person", "exceptions") else VALUES for name in names}
    return st.fixed_dictionaries({}, optional=members) | VALUES


def answered(world: World, actor: str, method: str, path: str, body: Any = None) -> None:
    with undone():
        sent = world.send(actor, method, path, body)
        assert sent.status_code < 500, (method, path, body)
        if sent.status_code >= 400:
            problem = sent.json()
            assert set(problem) == {"status", "code", "title", "errors"}
            assert problem["errors"][0]["message"]
            assert sent.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", sorted(NAMES))
def test_no_body_of_a_sending_breaks_anything(world: World, path: str) -> None:
    @tried
    @given(body=body_for(NAMES[path]), actor=st.sampled_from(ACTORS))
    def holds(body: Any, actor: str) -> None:
        answered(world, actor, "POST", path, body)

    holds()


def test_no_change_of_one_member_of_a_report_breaks_anything(world: World) -> None:
    paths = [*MEMBERS, *(f"person__{name}" for name in OF_PERSON), *(f"test__{name}" for name in BASE["test"])]

    @settings(tried, max_examples=150)
    @given(path=st.sampled_from(paths), value=VALUES)
    def holds(path: str, value: Any) -> None:
        answered(world, "class_head", "POST", "reports", report(**{path: value if value is not None else ""}))

    holds()


def test_no_batch_breaks_anything(world: World) -> None:
    @tried
    @given(items=st.lists(body_for(MEMBERS), max_size=5))
    def holds(items: list[Any]) -> None:
        answered(world, "class_head", "POST", "reports/batch", {"items": [*items, BASE]})

    holds()


ACTIONS = [one for one in endpoints() if one.path.startswith("actions/")]


@pytest.mark.parametrize("one", ACTIONS, ids=lambda one: one.path)
def test_no_body_of_an_action_breaks_anything(world: World, one: Any) -> None:
    schema = one.body["application/json"]["properties"]

    @settings(tried, max_examples=8)
    @given(body=st.fixed_dictionaries(dict.fromkeys(schema, VALUES)), actor=st.sampled_from(ACTORS[:5]))
    def holds(body: Any, actor: str) -> None:
        answered(world, actor, "POST", one.path, body)

    holds()


def likely(world: World, name: str, schema: Any) -> st.SearchStrategy[Any]:
    """Values that an action could take: units of the world, its persons, near days."""
    if name in ("person", "guardian", "ward"):
        return st.sampled_from([str(one.pk) for one in world.persons.values()])
    if name in ("unit", "parent", "superior", "into", "new_parent", "sector_parent"):
        return st.sampled_from(["S1", "S1-K1", "S1-K2", "N1", "N2", "C1"])
    if schema.get("format") == "date":
        return st.sampled_from(["2026-03-02", "1900-01-01", "2199-12-31", "2025-09-01"])
    return LEAF


@pytest.mark.parametrize("one", ACTIONS, ids=lambda one: one.path)
def test_no_likely_body_of_an_action_breaks_anything(world: World, one: Any) -> None:
    schema = one.body["application/json"]["properties"]
    bodies = st.fixed_dictionaries({name: likely(world, name, inner) for name, inner in schema.items()})

    @settings(tried, max_examples=8)
    @given(body=bodies, actor=st.sampled_from(["school_admin_S1", "city_officer", "class_head"]))
    def holds(body: Any, actor: str) -> None:
        answered(world, actor, "POST", one.path, body)

    holds()


def test_no_bytes_break_anything(world: World) -> None:
    @tried
    @given(body=st.binary(max_size=60) | st.text('[]{}",:0eE-.\\u\x00', max_size=60).map(lambda text: text.encode()))
    def holds(body: bytes) -> None:
        for path in ("reports", "reports/batch", "unit-reports", "actions/unit.opened"):
            with undone():
                assert world.send("class_head", "POST", path, body or b" ").status_code < 500

    holds()


LISTS = [one for one in endpoints() if one.name.endswith((".list", ".row", "board", "read", "log"))]


def test_no_query_and_no_address_breaks_anything(world: World) -> None:
    @settings(tried, max_examples=150)
    @given(one=st.sampled_from(LISTS), values=st.lists(TEXT, min_size=8, max_size=8), actor=st.sampled_from(ACTORS))
    def holds(one: Any, values: list[str], actor: str) -> None:
        path, query = one.path, []
        for parameter, value in zip(one.parameters, values, strict=False):
            text = quote(value.encode("utf-8", "replace"), safe="") or "x"
            if parameter.place == "path":
                path = path.replace(f"{{{parameter.name}}}", text)
            elif parameter.name != "format":
                query.append(f"{parameter.name}={text}")
        with undone():
            sent = world.send(actor, "GET", f"{path}?{'&'.join(query)}")
            assert sent.status_code < 500, (path, query)

    holds()


def test_a_file_of_any_bytes_breaks_nothing(world: World) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="what"\r\n\r\nreports\r\n'
    file = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--b--\r\n'

    @settings(tried, max_examples=8)
    @given(content=st.binary(max_size=80), name=st.sampled_from([b"t.csv", b"t.xlsx", b"", b"..%2f", b"t.ndjson"]))
    def holds(content: bytes, name: bytes) -> None:
        with undone():
            sent = world.send(
                "class_head",
                "POST",
                "imports",
                head + file % (name, content),
                content_type="multipart/form-data; boundary=b",
            )
            assert sent.status_code < 500
            assert json.loads(sent.content)

    holds()
