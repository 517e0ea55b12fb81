"""Actions over HTTP (动作接口): typed by their parameters; what is not asked for is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.interfaces.api import acts
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.actions import registry
from lianfang.kernel.fields import fields_of, schema_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.scope import EVERYTHING, within
from tests.everything.outcomes import kept_apart_from_denials, tables
from tests.world import BASE, World

OPENED = {"parent": "S1", "code": "S1-K9", "name": "高一（9）班", "kind": "class"}


def places(world: World, actor: str, kind: str, body: Any) -> dict[str, str]:
    refused = world.send(actor, "POST", f"actions/{kind}", body)
    assert refused.status_code >= 400, refused.content
    return {one["field"]: one["code"] for one in refused.json()["errors"]}


def done(world: World, actor: str, kind: str, body: Any) -> dict[str, Any]:
    sent = world.send(actor, "POST", f"actions/{kind}", body)
    assert sent.status_code == 200, sent.content
    found: dict[str, Any] = sent.json()
    return found


def test_a_unit_is_opened_changed_and_closed(world: World) -> None:
    done(world, "school_admin_S1", "unit.opened", OPENED | {"opened_on": "2026-03-01", "name_en": None})
    done(world, "school_admin_S1", "unit.changed", {"unit": "S1-K9", "name": "高一（九）班"})
    done(world, "school_admin_S1", "unit.closed", {"unit": "S1-K9", "last_day": "2026/3/31"})
    with within(EVERYTHING):
        unit = Unit.objects.get(code="S1-K9")
    assert (unit.name, str(unit.opened_on), str(unit.closed_on)) == ("高一（九）班", "2026-03-01", "2026-03-31")


def test_a_member_that_is_not_asked_for_is_named_as_it_was_sent(world: World) -> None:
    """`first` is a parameter of another action, with a label that says nothing here."""
    answer = world.send("school_admin_S1", "POST", "actions/unit.opened", OPENED | {"first": 3}).json()
    assert answer["errors"][0]["message"] == "There is no field “first” here. Please take it out."


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"path": "1/", "first": 3}, {"path": "field.unknown", "first": "field.unknown"}),
        ({"__class__": "x", "id": 7}, {"__class__": "field.unknown", "id": "field.unknown"}),
        ({"name": ""}, {"name": "required"}),
        ({"name": 7, "code": ["x"]}, {"name": "type", "code": "type"}),
        ({"name": "x" * 301}, {"name": "text.too_long"}),
        ({"kind": "planet"}, {"kind": "invalid"}),
        ({"code": "S1-K1"}, {"code": "unit.exists"}),
        ({"parent": "S2"}, {"parent": "scope"}),
        ({"parent": "S9", "opened_on": "2026-02-30"}, {"parent": "scope", "opened_on": "date.invalid"}),
        ({"opened_on": "0001-01-01"}, {"opened_on": "date.out_of_window"}),
        ({"opened_on": 20260302}, {"opened_on": "type"}),
    ],
)
def test_a_parameter_is_read_strictly(world: World, change: dict[str, Any], expected: dict[str, str]) -> None:
    before = tables()
    assert places(world, "school_admin_S1", "unit.opened", OPENED | change) == expected
    assert kept_apart_from_denials(before, tables())


def test_a_move_goes_along_a_line_that_there_is(world: World) -> None:
    move = {"unit": "S1", "new_parent": "N1", "since": BASE["day"], "line": "a line of thirteen"}
    assert places(world, "city_officer", "unit.moved", move) == {"line": "choice.unknown"}


def test_a_person_is_registered_found_again_and_takes_leave(world: World) -> None:
    who = {"name": "新同学", "id_type": "passport", "id_number": "E87654321"}
    more = {"since": "2026-03-01", "boards": True, "shift_starts": "07:30"}
    new = {"unit": "S1-K1", "person": who, "kind": "learner", **more}
    subject = done(world, "class_head", "person.registered", new)["subject"]
    assert places(world, "class_head", "person.registered", new) == {"person.id_number": "row.duplicate"}
    with within(EVERYTHING):
        membership = Membership.objects.get(pk=subject.partition(":")[2])
    assert (membership.boards, str(membership.shift_starts)) == (True, "07:30:00")
    leave = {
        "unit": "S1-K1",
        "person": str(membership.person_id),
        "since": "2026-03-02",
        "until": "2026-03-03",
        "reason": "travel",
    }
    done(world, "class_head", "leave.approved", leave)
    backwards = leave | {"until": "2026-03-01"}
    assert list(places(world, "class_head", "leave.approved", backwards).values()) == ["invalid"]
    done(world, "class_head", "person.left", {"membership": str(membership.pk), "last_day": "2026-03-31"})
    assert places(world, "head_K2", "person.left", {"membership": str(membership.pk), "last_day": "2026-03-31"}) == {
        "membership": "scope"
    }


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (None, {"person": "required"}),
        ("x", {"person": "type"}),
        ({"name": "同上"}, {"person.name": "text.placeholder", "person.id_number": "required"}),
        ({"name": "张三", "id_number": "1"}, {"person.id_number": "id.length"}),
        ({"name": "李四", "id_number": "11010519491231002X"}, {"person.name": "person.name_mismatch"}),
        ({"ref": "x", "name": "张三", "id_type": "none", "id_reason": "r"}, {"person.ref": "field.unknown"}),
        ({"name": "张三", "id_type": "none", "id_reason": "r", "home_unit": 1}, {"person.home_unit": "field.unknown"}),
    ],
)
def test_a_new_person_is_read_as_in_a_report(world: World, person: Any, expected: dict[str, str]) -> None:
    body = {"unit": "S1-K1", "person": person, "kind": "learner", "since": "2026-03-01"}
    assert places(world, "class_head", "person.registered", body) == expected


def test_a_role_is_granted_downwards_and_never_to_oneself(world: World) -> None:
    given = {"unit": "S1-K1", "account": "head_K2", "role": "class_head", "until": "2026-07-01T00:00:00+08:00"}
    done(world, "school_admin_S1", "role.granted", given)
    assert places(world, "school_admin_S1", "role.granted", given | {"account": "school_admin_S1"}) == {
        "account": "flow.own_request"
    }
    assert places(world, "class_head", "role.granted", given | {"account": "head_S2"}) == {"unit": "scope"}
    assert places(world, "school_admin_S1", "role.granted", given | {"role": "emperor"}) == {"role": "choice.unknown"}
    assert places(world, "school_admin_S1", "role.granted", given | {"account": "nobody"}) == {"account": "scope"}
    past = given | {"until": "2001-01-01T00:00:00+08:00"}
    assert world.send("school_admin_S1", "POST", "actions/role.granted", past).status_code == 409
    with within(EVERYTHING):
        grant = Grant.objects.get(account=world.accounts["head_K2"], unit__code="S1-K1")
    done(world, "school_admin_S1", "role.ended", {"unit": "S1-K1", "grant": grant.pk})
    assert places(world, "school_admin_S1", "role.ended", {"unit": "S1-K1", "grant": 10**19}) == {"grant": "scope"}
    assert places(world, "school_admin_S1", "role.ended", {"unit": "S1-K1", "grant": True}) == {"grant": "type"}


def test_an_account_is_opened_once(world: World) -> None:
    opened = {"unit": "S1-K2", "handle": "new-head", "name": "新班主任", "role": "class_head"}
    done(world, "school_admin_S1", "account.opened", opened)
    assert places(world, "school_admin_S1", "account.opened", opened) == {"handle": "account.exists"}
    with within(EVERYTHING):
        assert not Account.objects.get(handle="new-head").has_usable_password()


@pytest.mark.parametrize(
    "parameters",
    [
        {"fever_c": "NaN"}, {"fever_c": "x"}, {"slots": []}, {"slots": ["midnight"]}, {"slots": "am"},
        {"deadlines": ["16:30"]}, {"deadlines": {"school": "25:00"}}, {"closes_after_days": 10**12},
        {"closes_after_days": -1}, {"child_age": True}, {"nothing": 1}, {"answer_due": None},
        {"closes_after_days": [2]},
    ],
    ids=str,
)  # fmt: skip
def test_rules_that_nobody_could_follow_are_not_adopted(world: World, parameters: dict[str, Any]) -> None:
    adopted = {
        "unit": "N1",
        "code": "r",
        "title": "规则",
        "basis": "文号",
        "valid_from": "2026-03-01",
        "parameters": parameters,
    }
    assert places(world, "county_N1", "rules.adopted", adopted) == {"parameters": "rules.invalid"}
    assert world.report(BASE).status_code == 200


def test_rules_are_adopted_and_hold(world: World) -> None:
    parameters = {"fever_c": 37.0, "slots": ["am", "pm"], "deadlines": {"school": "15:00"}}
    adopted = {
        "unit": "N1",
        "code": "r",
        "title": "规则",
        "basis": "文号",
        "valid_from": "2026-03-01",
        "parameters": parameters,
    }
    done(world, "county_N1", "rules.adopted", adopted)
    with within(EVERYTHING):
        assert RulePack.objects.get().parameters["fever_c"] == "37.0"
    assert world.report(BASE | {"slot": "pm", "temperature": "37.1"}).status_code == 200


def test_people_are_checked_through_once_each(world: World) -> None:
    people = [str(world.persons[letter].pk) for letter in "AB"]
    body = {"unit": "S1-K1", "day": BASE["day"], "people": people, "findings": {people[0]: "returned from travel"}}
    done(world, "class_head", "unit.screened", body)
    assert places(world, "class_head", "unit.screened", body | {"people": [*people, people[0]]}) == {
        "people[2]": "choice.duplicate"
    }
    assert places(world, "class_head", "unit.screened", body | {"people": [people[0], "x", 7]}) == {
        "people[1]": "scope",
        "people[2]": "scope",
    }
    assert places(world, "class_head", "unit.screened", body | {"findings": []}) == {"findings": "type"}


def test_only_what_is_plain_is_offered_and_every_such_action_is_described() -> None:
    kinds = {action.kind for action in acts.offered()}
    assert not kinds & {
        "answer.recorded",
        "class.checked",
        "report.signed",
        "report.drafted",
        "import.received",
        "unit.founded",
    }
    for kind in kinds:
        schema = schema_of(registry[kind])
        assert set(schema["properties"]) == {one.name for one in fields_of(registry[kind])}
        assert all(str(one.label) for one in fields_of(registry[kind]))


def test_to_reveal_is_only_for_the_roster_of_ones_own_unit(world: World) -> None:
    asked = {"unit": "S1-K1", "person": str(world.persons["A"].pk), "purpose": "call back"}
    assert done(world, "class_head", "person.revealed", asked)["id_number"] == world.number("A")
    foreign = asked | {"person": str(world.persons["D"].pk)}
    assert places(world, "class_head", "person.revealed", foreign) == {"person": "scope"}
    with within(EVERYTHING):
        assert Person.objects.count() == len(world.persons)
