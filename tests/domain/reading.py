"""The small world in which the catalogue of bad inputs plays (坏输入的小世界), for the tests of the readers."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lianfang.domain.answers import AnswerDraft, parse_answer
from lianfang.domain.counts import CountItem
from lianfang.domain.policy import Policy, policy_from
from lianfang.domain.refusals import Note, Refused

# Properties hold on a busy machine too, where the first draw of text takes a second.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

PROJECT = Path(__file__).resolve().parents[2]
COPY = PROJECT / "tests" / "data" / "bad_inputs"
WHOLE = PROJECT.parent / "shared" / "bad_inputs"
CATALOGUE = WHOLE if WHOLE.is_dir() else COPY


def lines(name: str, folder: Path = CATALOGUE) -> list[dict[str, Any]]:
    """The lines of one file of the catalogue."""
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines() if line]


def rule_pack() -> Policy:
    """The rules of the generic rule pack, on which the world agrees."""
    pack = tomllib.loads((PROJECT / "lianfang/rulepacks/generic-school.toml").read_text(encoding="utf-8"))
    return policy_from(pack["parameters"])


WORLD: dict[str, Any] = json.loads((CATALOGUE / "world.json").read_text(encoding="utf-8"))
POLICY = rule_pack()
TODAY = date.fromisoformat(WORLD["today"])
NOW = datetime.fromisoformat(WORLD["now"])
ZONE: tzinfo = ZoneInfo(WORLD["zone"])

DAILY_COUNTS = (
    CountItem("expected", "应到", "Expected", sum_of=("present", "absent")),
    CountItem("present", "实到", "Present", part_of="expected"),
    CountItem("absent", "缺勤", "Absent", part_of="expected"),
    CountItem("fever", "发热", "Fever", part_of="expected", zero_means_none=True, zero_when_nothing=True),
    CountItem("tested", "检测", "Tested", part_of="expected"),
    CountItem("confirmed", "确诊", "Confirmed", part_of="tested", zero_means_none=True, zero_when_nothing=True),
)


def report(**changes: Any) -> dict[str, Any]:
    """The valid report with members replaced; `person__phone` reaches inside, and None takes a member away."""
    raw: dict[str, Any] = json.loads(json.dumps(WORLD["base_report"]))
    for path, value in changes.items():
        put(raw, path.replace("__", "."), value)
    return raw


def put(raw: dict[str, Any], path: str, value: Any) -> None:
    """Set or, with None, take away a member by its dotted path."""
    *outer, last = path.split(".")
    for name in outer:
        raw = raw[name]
    raw[last] = value
    if value is None:
        del raw[last]


def understood(raw: Any, channel: str = "json") -> tuple[AnswerDraft, list[Note]]:
    """The answer read in this world."""
    return parse_answer(raw, policy=POLICY, today=TODAY, now=NOW, zone=ZONE, channel=channel)


def problems_of(raw: Mapping[str, Any], channel: str = "json") -> dict[str, str]:
    """Field -> code of everything that is wrong with an answer."""
    try:
        understood(raw, channel)
    except Refused as refused:
        return {problem.field: problem.code for problem in refused.problems}
    return {}


def code_of(read: Any, *args: Any, **named: Any) -> str | None:
    """The code with which a parser refuses, or None when it does not."""
    try:
        read(*args, **named)
    except Refused as refused:
        return refused.code
    return None


def wide(text: str) -> str:
    """The same signs in full width, as Chinese keyboards give them."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def json_values() -> st.SearchStrategy[Any]:
    """Anything a JSON body can hold once it is read, and text with what no body should hold."""
    words = [
        "36.5",
        "2026-03-02",
        "11010519491231002X",
        "\u65e0",
        "none",
        "am",
        "13800138000",
        "\u5f20\u4f1f",
        "1e9",
        "-",
        "",
    ]
    text = st.text(max_size=12) | st.text(st.characters(), max_size=6) | st.sampled_from(words)
    numbers = st.integers() | st.decimals(allow_nan=True) | st.floats()
    return st.recursive(
        st.none() | st.booleans() | numbers | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    )
