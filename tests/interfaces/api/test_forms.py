"""Forms over HTTP (报表接口): proposed, refused with every field that is held, revised and published."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import BASE, World

ABOUT = {
    "unit": "S1", "code": "return_to_school", "title": "返校登记表", "purpose": "返校", "answered_by": "people",
    "frequency": "once", "seconds": 90,
}  # fmt: skip
HELD = {
    "name": "person.name",
    "number": "person.id_number",
    "klass": "roster.unit",
    "temperature": "answer.temperature",
}
NEW = [{"code": "city", "zh": "寒假外出城市"}]


def fields(*, asked: bool) -> list[dict[str, Any]]:
    return [
        {"code": code, "zh": f"项{n}", "held_as": key, "asked": asked} for n, (code, key) in enumerate(HELD.items())
    ]


def test_T01_what_is_held_is_named_in_the_answer_and_the_form_is_published_without_it(world: World) -> None:
    assert world.report(BASE).status_code == 200
    sent = world.send(
        "school_admin_S1", "POST", "actions/form.proposed", {**ABOUT, "fields": [*fields(asked=True), *NEW]}
    )
    form = sent.json()["subject"].partition(":")[2]
    refused = world.send("school_admin_S1", "POST", "actions/form.published", {"form": form})
    said = {one["field"]: one["code"] for one in refused.json()["errors"]}
    assert refused.status_code == 422 and said == dict.fromkeys(HELD, "form.held_already")
    revised = {"form": form, "fields": [*fields(asked=False), *NEW]}
    assert world.send("school_admin_S1", "POST", "actions/form.revised", revised).status_code == 200
    assert world.send("school_admin_S1", "POST", "actions/form.published", {"form": form}).status_code == 200
    listed = world.send("county_N1", "GET", "forms/?state=published").json()["rows"]
    assert [one["code"] for one in listed] == ["return_to_school"]


@pytest.mark.parametrize(
    "given",
    [
        [7], ["a"], [None], "a,b", {}, [[]], [{"code": 7, "zh": []}], [{"code": "a1", "zh": "x", "kind": ["text"]}],
        [{"code": "a1", "zh": "x", "kind": {}}], [{"code": "a1", "zh": "x", "held_as": {}}], [{"zh": "\u0000"}],
        [{"code": "a1", "zh": "长" * 200}], [{"code": "a1", "zh": "x", "": 1}], [{"code": "a1", "zh": "x"}] * 61,
    ],
)  # fmt: skip
def test_fields_that_nobody_can_read_are_refused_and_break_nothing(world: World, given: Any) -> None:
    answer = world.send("school_admin_S1", "POST", "actions/form.proposed", {**ABOUT, "fields": given})
    assert 400 <= answer.status_code < 500, answer.content


@pytest.mark.parametrize("seconds", [-1, 2**40, 1.5, True, "many"])
def test_seconds_are_a_whole_number(world: World, seconds: Any) -> None:
    answer = world.send(
        "school_admin_S1", "POST", "actions/form.proposed", {**ABOUT, "seconds": seconds, "fields": NEW}
    )
    assert [one["field"] for one in answer.json()["errors"]] == ["seconds"]


def test_a_form_of_another_school_is_not_there(world: World) -> None:
    sent = world.send("school_admin_S1", "POST", "actions/form.proposed", {**ABOUT, "fields": NEW})
    form = sent.json()["subject"].partition(":")[2]
    assert world.send("county_N2", "POST", "actions/form.published", {"form": form}).status_code == 404
    assert world.send("county_N2", "GET", "forms/").json()["rows"] == []
