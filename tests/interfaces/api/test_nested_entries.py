"""Nested entries in the description of the API (接口描述中的嵌套条目): a client that is generated knows every field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lianfang.capabilities.burden.designing import FIELD, ONE_CHOICE
from lianfang.capabilities.command.members import MEMBER_SHAPE, SUBGROUP_SHAPE
from lianfang.capabilities.incidents.runbooks import STEP
from lianfang.capabilities.risk_areas.actions import AREA
from lianfang.capabilities.stays.entries import GUEST, READING
from lianfang.capabilities.training.entries import MEASURED
from lianfang.capabilities.upward.layouts import LINE
from lianfang.capabilities.verification.agreements import FIELD as AGREED
from lianfang.domain.incidents.runbooks import Step, steps_from
from lianfang.domain.policy import kinds
from lianfang.interfaces.api import acts
from lianfang.interfaces.api.openapi import kind_in_words
from lianfang.interfaces.api.schemas import own_answer
from lianfang.interfaces.api.schemas_of_forms import answer_with_history
from lianfang.interfaces.api.table import document, endpoints
from lianfang.kernel.actions import Action
from lianfang.kernel.fields import schema_of
from lianfang.kernel.kinds import kind_of
from lianfang.kernel.policies.ops import DEFAULT, as_json, shipped
from lianfang.kernel.shapes import Entry
from tests.everything.arguments_incidents import STEPS
from tests.everything.arguments_rules import COUNTY
from tests.everything.arguments_training import MEASURED as GIVEN
from tests.interfaces.api.schema_check import Check
from tests.stays_world import guest
from tests.world import BASE, World, report

CHECK = Check({})
FREE = {
    "batch.admitted: rooms": "a room by stay",
    "difference.answered: chosen": "a side by field of the agreement",
    "form.answered: values": "a value by field of the form",
    "form.filled: values": "a value by field of the form",
    "unit.screened: findings": "a finding by person",
}
"""Mappings whose names are whoever's that sends them; what stands under each is described."""
ENTRIES = {
    "FIELD": FIELD, "ONE_CHOICE": ONE_CHOICE, "MEMBER": MEMBER_SHAPE, "SUBGROUP": SUBGROUP_SHAPE, "STEP": STEP,
    "AREA": AREA, "GUEST": GUEST, "READING": READING, "MEASURED": MEASURED, "LINE": LINE, "AGREED": AGREED,
}  # fmt: skip


def objects(schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object in a schema, by its place."""
    if "object" in schema.get("type", ()):
        yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from objects(inner, f"{place}: {name}" if ":" not in place else f"{place}.{name}")
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), Mapping):
            yield from objects(schema[part], place)


def body_of(kind: str) -> dict[str, Any]:
    return schema_of(next(one for one in acts.offered() if one.kind == kind))


def actions() -> list[Action]:
    return acts.offered()


def test_no_action_takes_an_object_of_which_nothing_is_said():
    found = [place for one in actions() for place in objects(schema_of(one), one.kind)]
    bare = {place for place, schema in found if "properties" not in schema and not place.startswith("rules.adopted")}
    assert bare == set(FREE)
    assert all(schema["additionalProperties"] for place, schema in found if place in FREE), "what is under each name"
    assert len(found) > len(actions()), "the nested ones were looked at"


FREE_ANSWERS = {
    "openapi.json": "this description itself",
    "EventsRow: facts": "what an event keeps differs by its kind",
}
"""Answers of which nothing more can be said."""
REFUSED_WHATEVER = {"me", "persons/{id}", "reports/{unit}/{day}/{slot}/{person}"}
"""Where nothing that is sent is taken: kept answers and persons are not changed in place."""


def test_no_answer_of_the_document_is_an_object_of_which_nothing_is_said():
    named = document()["components"]["schemas"]
    found = [place for name, schema in named.items() for place in bare(schema, name)]
    found += [
        place for one in endpoints() if one.answer.get("application/json")
        for place in bare(one.answer["application/json"], one.path)
    ]  # fmt: skip
    assert set(found) == set(FREE_ANSWERS)
    taken = {one.path for one in endpoints() for schema in one.body.values() for _ in bare(schema, one.path)}
    assert {path for path in taken if not path.startswith("actions/")} == REFUSED_WHATEVER


def bare(schema: Mapping[str, Any], name: str) -> list[str]:
    return [
        place for place, one in objects(schema, name) if not {"properties", "additionalProperties", "$ref"} & set(one)
    ]


def test_every_member_of_every_answer_has_a_kind():
    named = document()["components"]["schemas"]
    bare_members = [
        f"{name}.{member}" for name, schema in named.items() for member, inner in schema.get("properties", {}).items()
        if not {"type", "anyOf", "$ref"} & set(inner)
    ]  # fmt: skip
    assert bare_members == []
    rows = {name: schema for name, schema in named.items() if name.endswith(("Row", "Whole"))}
    assert len(rows) > 90
    for name, schema in rows.items():
        assert all("description" in inner for inner in schema["properties"].values()), name


def test_an_answer_with_its_history_is_as_described(world: World):
    world.report(BASE)
    assert world.report(report(key="another-key", temperature="36.6", revision=2)).status_code == 200
    place = f"reports/S1-K1/{BASE['day']}/am/{world.persons['A'].pk}"
    answer = world.send("class_head", "GET", place).json()
    assert answer["history"]
    assert Check(document()).faults(answer, answer_with_history()) == []
    own = world.send("person_A", "GET", "me").json()["answers"]
    assert own and [Check(document()).faults(one, own_answer()) for one in own] == [[]]


def test_every_list_of_an_action_says_what_is_in_it():
    lists = [
        (one.kind, name, schema) for one in actions() for name, schema in schema_of(one)["properties"].items()
        if schema.get("type") == "array"
    ]  # fmt: skip
    assert lists
    assert not [(kind, name) for kind, name, schema in lists if not schema["items"].get("type")]


def test_the_document_has_them_as_the_actions_do():
    post = document()["paths"]["/actions/round.recorded"]["post"]
    entry = post["requestBody"]["content"]["application/json"]["schema"]["properties"]["entries"]["items"]
    assert entry["required"] == ["key", "stay", "day", "slot", "at"]
    assert entry["properties"]["slot"]["enum"] == ["am", "noon", "pm"]
    assert entry["properties"]["at"]["format"] == "date-time"
    assert entry["additionalProperties"] is False
    assert kind_in_words({"type": "array", "items": entry}).startswith("list of object of key, stay, room, day")


@pytest.mark.parametrize("one", ENTRIES.values(), ids=ENTRIES)
def test_the_examples_of_an_entry_fit_what_is_said_of_it(one: Entry):
    schema = one.schema(kind_schema)
    assert set(schema["properties"]) == set(one.members)
    assert CHECK.faults({name: member.example for name, member in one.members.items()}, schema) == []
    assert CHECK.faults({name: member.example for name, member in one.members.items() if member.owed}, schema) == []
    assert CHECK.faults({"more": 1}, schema)


@pytest.mark.parametrize(
    ("one", "sent"),
    [
        (GUEST, guest()), (GUEST, guest(needs=["pregnant"], last_exposure="2020-01-28", companion=2)),
        (STEP, STEPS[0]), (AREA, COUNTY), (MEASURED, GIVEN),
    ],
)  # fmt: skip
def test_what_is_sent_elsewhere_fits(one: Entry, sent: dict[str, Any]):
    assert CHECK.faults(sent, one.schema(kind_schema)) == []


def kind_schema(annotation: Any) -> Mapping[str, Any]:
    return kind_of(annotation).schema


def test_a_step_has_the_members_that_are_read():
    assert set(STEP.members) == set(Step.__slots__)
    first = {name: one.example for name, one in STEP.members.items()} | {"after": [], "other_than": []}
    assert steps_from([first])[0].role == "doctor"


def test_the_numbers_of_a_rule_pack_are_those_of_the_policy_and_the_default_pack_fits():
    numbers = body_of("rules.adopted")["properties"]["parameters"]
    assert set(numbers["properties"]) == set(kinds())
    assert CHECK.faults(as_json(shipped(DEFAULT)["parameters"]), numbers) == []
    for wrong in ({"observation_days": -1}, {"count_from": "birth"}, {"nothing": 1}, {"test_days": 7}):
        assert CHECK.faults(wrong, numbers), wrong
