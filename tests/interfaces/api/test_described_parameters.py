"""What is described after the question mark is taken (接口参数): every parameter of every list, in every shape."""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import cycle, product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from python_calamine import CalamineWorkbook

from lianfang.capabilities.access.actions import open_account
from lianfang.domain.roles import Role
from lianfang.interfaces.api.endpoint import Endpoint, Parameter
from lianfang.interfaces.api.listing import MEDIA
from lianfang.interfaces.api.table import endpoints
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import registers
from lianfang.kernel.scope import EVERYTHING, within
from tests.world import World

LISTS = [one for one in endpoints() if one.name.endswith(".list")]
OF_DATES = {"day": "2026-03-02", "from": "2026-03-01", "to": "2026-03-02"}


def example(one: Parameter, schema: Mapping[str, Any]) -> str:
    """A value that the description allows."""
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema.get("format") == "date":
        return OF_DATES.get(one.name, OF_DATES["day"])
    return "1"


def query_of(one: Endpoint, unit: str, shape: str) -> str:
    """Every parameter of a list at once, but for the cursor, which only the list itself gives."""
    given = {each.name: example(each, each.schema) for each in one.parameters if each.place == "query"}
    given |= {"format": shape, "size": "2", "fields": registers[one.path.rstrip("/")].columns[0].name}
    if "unit" in given:
        given["unit"] = unit
    del given["cursor"]
    return urlencode(given)


def with_every_role(world: World) -> World:
    """The world with an account for every role at the school and at its county, its name `unit/role`."""
    everybody = World(world.persons, dict(world.accounts), {})
    with within(EVERYTHING):
        for code, role in product(("S1", "N1"), Role):
            unit, handle = Unit.objects.get(code=code), f"{code}/{role}"
            account = open_account(SYSTEM, unit=unit, handle=handle, name=handle, role=role)
            everybody.tokens[handle] = new_token(account)[1]
    return everybody


def refusal(world: World, one: Endpoint, shape: str) -> Any:
    """What the first role that may read a list is told of it."""
    roles = registers[one.path.rstrip("/")].roles
    for unit in ("S1", "N1"):
        role = next((one for one in (Role.ADMINISTRATOR, Role.DOCTOR, Role.OFFICER) if one in roles), roles[0])
        answer = world.send(f"{unit}/{role}", "GET", f"{one.path}?{query_of(one, unit, shape)}")
        if answer.status_code != 404:
            return None if answer.status_code == 200 else answer.content
    return "nobody may read it"


def test_every_list_takes_every_parameter_that_it_describes_also_in_a_file(world: World) -> None:
    assert len(LISTS) > 90
    everybody, files = with_every_role(world), cycle(set(MEDIA) - {"json"})
    refused = {one.path: refusal(everybody, one, "json") or refusal(everybody, one, next(files)) for one in LISTS}
    assert {path: said for path, said in refused.items() if said} == {}


@pytest.mark.parametrize("shape", ["csv", "ndjson", "xlsx"])
def test_a_list_comes_in_files_of_some_rows_each(world: World, shape: str) -> None:
    whole = rows_of(world.send("school_admin_S1", "GET", f"units/?format={shape}"), shape)
    found: list[Any] = []
    link = f"units/?format={shape}&size=2"
    while link:
        answer = world.send("school_admin_S1", "GET", link)
        page = rows_of(answer, shape)
        assert 0 < len(page) <= 2
        found += page
        link = answer.headers.get("Link", "").partition(">")[0].removeprefix("</api/v1/")
    assert found == whole
    assert len(whole) > 2


def rows_of(answer: HttpResponse, shape: str) -> list[Any]:
    """The rows of a file, without the heads of its columns."""
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    if shape == "xlsx":
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    return content.splitlines()[1 if shape == "csv" else 0 :]
