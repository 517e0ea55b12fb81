"""Foreign objects and forged members, asked for over HTTP at our own addresses (越权与越字段)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.audit.models import Event
from lianfang.kernel.scope import EVERYTHING, within
from tests.everything.outcomes import Outcome, deviations, kept_apart_from_denials, tables
from tests.world import BASE, World, lines, report

ALL = {line["id"]: line for line in lines("api.jsonl")}
LINES = {name: line for name, line in ALL.items() if line["group"] in ("object_scope", "write_fields")}
NOBODY = UUID("00000000-0000-7000-8000-000000000000")
Address = Callable[[World, Any], str]


def person(_: World, key: Any) -> str:
    return f"persons/{key}"


def answer(_: World, key: Any) -> str:
    return f"reports/S2-K1/{BASE['day']}/am/{key}"


def own_answer(world: World) -> str:
    return f"reports/S1-K1/{BASE['day']}/am/{world.persons['A'].pk}"


# Line -> the address of the thing, and of the same kind of thing that does not exist.
FOREIGN: dict[str, tuple[str, Address]] = {
    "AP-001": ("GET", person),
    "AP-002": ("GET", answer),
    "AP-003": ("GET", lambda _, key: f"attachments/{key}"),
    "AP-004": ("GET", lambda _, key: f"imports/{key}"),
    "AP-005": ("GET", lambda _, key: f"persons/{key}/access-log"),
    "AP-006": ("PATCH", person),
    "AP-014": ("GET", person),
}


def letter_of(line: dict[str, Any]) -> str:
    return "A" if line["input"]["request"]["path"].endswith("/A") else "D"


def ask(world: World, line: dict[str, Any], method: str, path: str, body: Any = None) -> Outcome:
    return Outcome.of(world.send(line["input"]["request"]["actor"], method, path, body))


def matches(line: dict[str, Any], outcome: Outcome) -> None:
    if line["id"] in deviations():
        assert outcome.name == deviations()[line["id"]]
        return
    assert outcome.name in line["expect"]["outcome"], outcome.text
    codes = line["expect"].get("code", [])
    codes = codes if isinstance(codes, list) else [codes]
    assert not outcome.refused or {place["code"] for place in outcome.said} & set(codes), outcome.text


def denials() -> int:
    with within(EVERYTHING):
        return Event.objects.filter(denied=True).count()


def import_of_d(world: World) -> str:
    row = f"姓名,单位代码,日期,时段,体温\r\n王芳,S2-K1,{BASE['day']},上午,36.5\r\n"
    head = 'Content-Disposition: form-data; name="{}"'
    form = (
        f"--b\r\n{head.format('what')}\r\n\r\nreports\r\n--b\r\n{head.format('dry_run')}\r\n\r\ntrue\r\n"
        f'--b\r\n{head.format("file")}; filename="t.csv"\r\n\r\n{row}\r\n--b--\r\n'
    )
    sent = world.send("head_S2", "POST", "imports", form.encode(), content_type="multipart/form-data; boundary=b")
    return str(sent.json()["id"])


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_a_foreign_thing_answers_as_one_that_does_not_exist(world: World, name: str) -> None:
    line, (method, address) = LINES[name], FOREIGN[name]
    body = line["input"]["request"].get("json")
    key: Any = import_of_d(world) if name == "AP-004" else world.persons[letter_of(line)].pk
    before, counted = tables(), denials()

    found = ask(world, line, method, address(world, key), body)

    matches(line, found)
    assert kept_apart_from_denials(before, tables())
    nobody = ask(world, line, method, address(world, NOBODY), body)
    assert (found.status, found.text) == (nobody.status, nobody.text), "the same to the byte"
    assert denials() == counted + (2 if name not in deviations() else 0), "what was refused is on record"


def test_ap_007_a_batch_of_own_and_foreign_persons_is_answered_item_by_item(world: World) -> None:
    foreign = report(key="foreign-item", person={"ref": str(world.persons["D"].pk)})
    for unit in ("S1-K1", "S2-K1"):
        sent = world.send("class_head", "POST", "reports/batch", {"items": [BASE, foreign | {"unit": unit}]})
        kept, refused = sent.json()["results"]
        assert (sent.status_code, kept["status"], kept["state"]) == (200, 200, "received")
        assert (refused["status"], refused["code"], refused["key"]) == (404, "scope", "foreign-item")
    own = foreign | {"unit": "S1-K1"}
    nobody = own | {"person": {"ref": str(NOBODY)}}
    alike = world.send("class_head", "POST", "reports/batch", [own, nobody]).json()["results"]
    assert alike[0] == alike[1], "a person elsewhere answers as one that does not exist"


def test_ap_008_a_list_of_a_foreign_unit_is_refused_as_that_of_no_unit(world: World) -> None:
    found, none = (ask(world, LINES["AP-008"], "GET", f"persons/?unit={code}") for code in ("S2-K1", "S9-K9"))
    matches(LINES["AP-008"], found)
    assert found.text == none.text


ASKED = {
    "AP-009": ("GET", "reports/?person__id_number__startswith=1101", None),
    "AP-011": ("GET", "units/S2/board", None),
    "AP-017": ("PATCH", "me", "json"),
    "AP-018": ("PATCH", "me", "json"),
    "AP-022": ("POST", "actions/role.granted", {"unit": "S2-K1", "account": "head_K2", "role": "class_head"}),
}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_request_beyond_ones_duty_is_refused_and_changes_nothing(world: World, name: str) -> None:
    line, (method, path, body) = LINES[name], ASKED[name]
    before = tables()
    matches(line, ask(world, line, method, path, line["input"]["request"]["json"] if body == "json" else body))
    assert kept_apart_from_denials(before, tables())


def test_ap_010_a_hidden_field_is_not_known(world: World) -> None:
    line, key = LINES["AP-010"], world.persons["A"].pk
    matches(line, ask(world, line, "GET", f"persons/{key}?fields=id_number_encrypted,password"))
    shown = ask(world, line, "GET", f"persons/{key}?fields=name,id_number").body
    assert shown == {"name": "张伟", "id_number": "1***************2X"}


@pytest.mark.parametrize(("name", "rows"), [("%", 0), ("_", 0), ("张", 1), ("zhang", 1), ("王芳", 0)])
def test_ap_012_percent_and_underscore_are_ordinary_characters(world: World, name: str, rows: int) -> None:
    found = ask(world, LINES["AP-012"], "POST", "persons/search", {"name": name})
    assert (found.name, len(found.body["rows"])) == ("accept", rows)


def test_ap_013_a_role_that_ended_an_hour_ago_opens_nothing(world: World) -> None:
    line = LINES["AP-013"]
    found, nobody = (ask(world, line, "GET", person(world, key)) for key in (world.persons["A"].pk, uuid4()))
    matches(line, found)
    assert found.text == nobody.text


def test_ap_015_a_number_is_not_shown_without_a_purpose(world: World) -> None:
    line, key = LINES["AP-015"], str(world.persons["A"].pk)
    matches(line, ask(world, line, "POST", "actions/person.revealed", {"unit": "S1-K1", "person": key, "purpose": ""}))
    asked = {"unit": "S1-K1", "person": key, "purpose": "follow-up call"}
    shown = world.send("class_head", "POST", "actions/person.revealed", asked).json()
    assert shown["id_number"] == world.number("A")
    with within(EVERYTHING):
        event = Event.objects.filter(kind="person.revealed").get()
    assert event.facts["purpose"] == "follow-up call"
    assert world.number("A") not in str(event.facts)


def test_ap_016_the_own_page_shows_nobody_else(world: World) -> None:
    found = ask(world, LINES["AP-016"], "GET", f"me?person={world.persons['D'].pk}")
    matches(LINES["AP-016"], found)
    assert found.body["person"]["id"] == str(world.persons["A"].pk)
    assert world.persons["D"].name not in found.text


@pytest.mark.parametrize("name", ["AP-019", "AP-020", "AP-021"])
def test_a_kept_answer_is_not_changed_in_place(world: World, name: str) -> None:
    world.report(BASE)
    line, before = LINES[name], tables()
    matches(line, ask(world, line, "PATCH", own_answer(world), line["input"]["request"]["json"]))
    assert tables() == before


QUERIES = {
    "AP-023": "persons/?_connector=OR%201=1)--",
    "AP-024": "persons/?name__regex=(a%2B)%2B$",
    "AP-025": "persons/?ordering=a.b%22)--",
    "AP-026": "persons/?page=-1",
    "AP-027": "reports/?from=1900-01-01&to=2100-01-01",
    "AP-028": "persons/?cursor=eyJpZCI6MX0",
    "AP-029": "persons/?search=%00",
    "AP-030": "files/%252e%252e%252fetc%252fpasswd",
    "AP-031": "units/S1-K1/board?form=facts__a%27)=%27b",
    "AP-032": "persons/?ids=" + ",".join(map(str, range(20_000))),
}


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_hostile_query_is_refused_by_name_and_at_once(world: World, name: str) -> None:
    started = time.perf_counter()
    found = Outcome.of(world.send("class_head", "GET", QUERIES[name]))
    assert time.perf_counter() - started < 1
    assert found.name in ("reject", "limit") or name == "AP-030"
    assert ALL[name]["expect"]["code"] in [place["code"] for place in found.said], found.text


def test_ap_033_a_method_in_a_header_is_not_believed(world: World) -> None:
    before = tables()
    headers = {"X-HTTP-Method-Override": "DELETE"}
    refused = world.send("class_head", "POST", person(world, world.persons["D"].pk), {}, headers=headers)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, PATCH")
    assert tables() == before


def test_ap_041_a_download_is_named_by_us(world: World) -> None:
    refused = world.send("class_head", "GET", "persons/?format=csv&filename=a%0d%0aSet-Cookie:x=1.csv")
    assert (refused.status_code, refused.json()["code"]) == (422, "filter.unknown")
    named = world.send("class_head", "GET", "persons/?format=csv").headers["Content-Disposition"]
    assert named == 'attachment; filename="persons-2026-03-02.csv"'


@pytest.mark.parametrize("kind", ["multipart/form-data", "text/csv", "multipart/form-data; boundary="])
def test_ap_043_an_upload_without_a_boundary_is_no_upload(world: World, kind: str) -> None:
    refused = world.send("class_head", "POST", "imports", b"--x\r\n", content_type=kind)
    assert (refused.status_code, refused.json()["code"]) == (415, "content_type")


def test_ap_049_a_token_limited_to_reading_does_not_write(world: World) -> None:
    with within(EVERYTHING):
        world.tokens["reader"] = new_token(world.accounts["class_head"], may_write=False)[1]
    before = tables()
    refused = world.report(BASE, actor="reader")
    assert (refused.status_code, refused.json()["code"]) == (403, "token.scope")
    assert kept_apart_from_denials(before, tables())
    assert world.send("reader", "GET", "persons/?format=csv").status_code == 200


def test_every_line_of_the_groups_is_tried_here() -> None:
    groups = {line["id"] for line in ALL.values() if line["group"] in ("object_scope", "write_fields", "query")}
    named = {f"AP-{name[8:11]}" for name in globals() if name.startswith("test_ap_")}
    assert groups <= {*FOREIGN, *ASKED, *QUERIES, *named, "AP-019", "AP-020", "AP-021"}
