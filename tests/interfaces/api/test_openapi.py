"""The description of the API (接口描述): it is the kept one, it is whole, and what is answered is what it says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils.translation import override

from lianfang.interfaces.api import acts
from lianfang.interfaces.api.endpoint import Endpoint
from lianfang.interfaces.api.management.commands.openapi import KEPT, text
from lianfang.interfaces.api.shared import OFTEN
from lianfang.interfaces.api.table import document, endpoints
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import registers
from lianfang.kernel.scope import EVERYTHING, within
from tests.everything.exchange import Exchange
from tests.interfaces.api.schema_check import Check
from tests.interfaces.made_up import filled, without_checks
from tests.world import BASE, World, report

DOCUMENT: dict[str, Any] = json.loads(text())
CHECK = Check(DOCUMENT)
OPERATIONS = [(path, method, one) for path, methods in DOCUMENT["paths"].items() for method, one in methods.items()]


def test_the_kept_description_is_current() -> None:
    assert Path(KEPT).read_text("utf-8") == text(), "run `lianfang manage openapi`"


def test_the_description_does_not_depend_on_the_language_in_force() -> None:
    with override("zh-hans"):
        assert document() == DOCUMENT


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if "$ref" in value else [])
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    used = set(references(DOCUMENT))
    for one in used:
        CHECK.named(one)
    assert {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]} <= used


def schemas_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from schemas_in(one)
    elif isinstance(value, dict):
        yield from [value] if "type" in value or "anyOf" in value else []
        for one in value.values():
            yield from schemas_in(one)


def test_what_is_long_is_said_once() -> None:
    """An object or a list of words that stands in several places has a name, which the others refer to."""
    counted = Counter(json.dumps(one, sort_keys=True, ensure_ascii=False) for one in schemas_in(DOCUMENT))
    assert [said for said, count in counted.items() if count >= OFTEN and len(said) > 300] == []
    parameters = Counter(
        json.dumps(each, sort_keys=True) for _, _, one in OPERATIONS for each in one["parameters"] if "$ref" not in each
    )
    assert {json.loads(said)["name"] for said, count in parameters.items() if count >= OFTEN} <= {"unit"}
    assert len(text()) < 800_000


def test_operations_are_named_once() -> None:
    names = [one["operationId"] for _, _, one in OPERATIONS]
    assert len(names) == len(set(names)) == len(endpoints())


@pytest.mark.parametrize(("path", "method", "one"), OPERATIONS, ids=lambda value: str(value)[:60])
def test_an_operation_says_all_that_is_needed(path: str, method: str, one: Mapping[str, Any]) -> None:
    parts = set(re.findall(r"\{(\w+)\}", path))
    parameters = [CHECK.named(each["$ref"]) if "$ref" in each else each for each in one["parameters"]]
    declared = {each["name"] for each in parameters if each["in"] == "path"}
    assert parts == declared
    assert one["summary"]
    assert ("requestBody" in one) == (method in ("post", "patch"))
    assert one.get("security", DOCUMENT["security"]) == [{}] or "401" in one["responses"]
    assert "200" in one["responses"] or method == "patch"
    concrete = "/api/v1" + re.sub(r"\{\w+\}", "x", path)
    assert resolve(concrete).func is resolve(concrete.rstrip("/")).func, "with and without a final slash"


def test_every_register_and_every_offered_action_is_there() -> None:
    assert {f"/{name}/" for name in registers} <= set(DOCUMENT["paths"])
    kinds = {f"/actions/{action.kind}" for action in acts.offered()}
    assert kinds <= set(DOCUMENT["paths"])
    assert {"/actions/unit.opened", "/actions/person.registered", "/actions/role.granted"} <= kinds
    assert not kinds & {"/actions/report.signed", "/actions/answer.recorded", "/actions/account.first_opened"}


def fits(value: Any, name: str) -> list[str]:
    return CHECK.faults(value, {"$ref": f"#/components/schemas/{name}"})


def test_what_is_sent_fits_what_is_described() -> None:
    assert fits(BASE, "Report") == []
    assert fits(report(person={"ref": "x"}, test=None), "Report") == []
    assert fits([BASE], "Batch") == fits({"items": [BASE]}, "Batch") == []
    assert fits(report(temperature=True), "Report") != []
    assert fits(BASE | {"more": 1}, "Report") != []
    assert fits({"unit": "S1", "nothing_to_report": True}, "UnitReport") == []


def test_receipts_refusals_boards_and_oneself_are_as_described(world: World) -> None:
    assert fits(world.report(BASE).json(), "Receipt") == []
    assert fits(world.report(report(key="k")).json(), "Problem") == []
    assert fits(Client().get("/api/v1/me").json(), "Problem") == []
    batch = world.send(
        "class_head", "POST", "reports/batch", [report(key="another-one", temperature="36.6"), {}]
    ).json()
    assert fits(batch, "BatchResult") == []
    world.send("duty_S1", "POST", "unit-reports", {"nothing_to_report": True})
    for actor, unit in (("county_N1", "N1"), ("duty_S1", "S1"), ("class_head", "S1-K1"), ("city_officer", "C1")):
        assert fits(world.send(actor, "GET", f"units/{unit}/board").json(), "Board") == []
    for actor in ("person_A", "class_head", "former_head"):
        assert fits(world.send(actor, "GET", "me").json(), "Me") == []
    key = world.persons["A"].pk
    assert fits(world.send("class_head", "GET", f"persons/{key}").json(), "Person") == []
    assert fits(world.send("class_head", "GET", f"persons/{key}/access-log").json(), "AccessLog") == []
    assert fits(world.send("class_head", "POST", "persons/search", {"name": "张"}).json(), "Found") == []


FORM = {
    "unit": "S1", "code": "trips", "title": "外出登记", "purpose": "返校", "answered_by": "people", "frequency": "once",
    "seconds": 20, "fields": [{"code": "city", "zh": "外出城市"}],
}  # fmt: skip


def fill(name: str) -> None:
    """Rows for a list that nothing in this world leads to, made up in a table that keeps no rules."""
    register = registers.get(name)
    if register and name not in EMPTY and not register.model._default_manager.exists():
        unit = Unit.objects.get(code="S1")
        without_checks(register.model)
        register.model._default_manager.bulk_create([filled(register.model, n, unit) for n in range(1, 4)])


LISTS = [one for one in endpoints() if one.name.endswith(".list")]


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
def test_the_rows_of_every_register_are_as_described(world: World, one: Endpoint) -> None:
    world.report(BASE)
    world.send("duty_S1", "POST", "unit-reports", {"nothing_to_report": True})
    world.send("school_admin_S1", "POST", "actions/form.proposed", FORM)
    with within(EVERYTHING):
        Exchange(Unit.objects.get(code="S1"))
        fill(one.name.partition(".")[0])
    seen = 0
    for actor in ("class_head", "duty_S1", "school_admin_S1", "county_N1"):
        response = world.send(actor, "GET", one.path)
        assert response.status_code in (200, 404)
        if response.status_code == 404:
            continue
        page = response.json()
        assert CHECK.faults(page, one.answer["application/json"]) == []
        schema = CHECK.named(one.answer["application/json"]["properties"]["rows"]["items"]["$ref"])
        assert all(list(row) == list(schema["properties"]) for row in page["rows"])
        seen += len(page["rows"])
    assert seen or one.name.partition(".")[0] in EMPTY


EMPTY = {
    "class-checks", "contact-attempts", "exposures", "follow-ups", "form-fillings", "handed-copies", "imports",
    "home-watches", "lab-tests", "layouts",
    "leave", "recipients", "responsible", "rules", "screeners", "stays", "zones",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_for_people_lists_everything_and_runs_nothing_inline(language: str) -> None:
    response = Client().get(f"/api/docs?lang={language}")
    page = response.content.decode()
    assert response.status_code == 200
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script|\sstyle=|\son\w+=", page)
    for one in endpoints():
        assert f"/api/v1/{one.path}" in page
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page)), "every link on the page leads somewhere"
    assert ('lang="zh-Hans"' in page) is (language == "zh")


@pytest.mark.django_db
def test_the_description_is_open_to_everybody() -> None:
    response = Client().get("/api/v1/openapi.json")
    assert (response.status_code, response.json()) == (200, DOCUMENT)
