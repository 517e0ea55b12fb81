"""Reports sent in (上报): one answer, a batch of them, a class check, a unit's report; each gets its receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg
from django.db import connection

from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.checkin.together import Sending, receive_together
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.endpoint import Call
from lianfang.interfaces.api.listing import zone_of
from lianfang.interfaces.api.problems import problem_body, with_messages
from lianfang.interfaces.api.requests import read_json, read_object, read_query
from lianfang.interfaces.api.serving import DENIALS, note_denial
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.scope import EVERYTHING, within

LARGEST_BATCH = 1_000  # answers


def take_answer(call: Call) -> dict[str, Any]:
    """One person's answer for one day and slot."""
    read_query(call.request, ())
    return with_messages(receive_answer(call.actor, read_object(call.request), channel="json"))


def take_batch(call: Call) -> dict[str, Any]:
    """Up to 1,000 answers, each with its own receipt or refusal, in order; one refused does not touch the others."""
    read_query(call.request, ())
    results, denied, rules = [], [], Rules(clock.today(zone_of(call.actor)))
    items = _items(read_json(call.request))
    for number, (item, told) in enumerate(zip(items, _together(call.actor, items), strict=True)):
        result, refused = ({"status": 200, **with_messages(told)}, None) if told else _taken(call.actor, item, rules)
        results.append(result)
        denied += [number] if refused and any(p.code in DENIALS for p in refused.problems) else []
    if denied:
        note_denial(call.actor, "reports.batch", Refused("scope", f"items {denied[:20]}"), {})
    return {"results": results}


def _items(body: Any) -> list[Any]:
    """The batch, given as a list or as `{"items": […]}`."""
    if isinstance(body, Mapping):
        if extra := [name for name in body if name != "items"]:
            raise Refused("field.unknown", extra[0][:60])
        body = body.get("items")
    if not isinstance(body, list):
        raise Refused("type", "items", expected="list")
    if not body:
        raise Refused("required", "items")
    if len(body) > LARGEST_BATCH:
        raise Refused("limit", "items", high=LARGEST_BATCH)
    return body


def _together(actor: Actor, items: list[Any]) -> list[dict[str, Any] | None]:
    """The receipts of the plain items, kept in one go; None for the rest.

    Items that share their key or their person with another are left out: among them the order decides.
    """
    given = {number: item for number, item in enumerate(items) if isinstance(item, dict)}
    named = {number: item["unit"] for number, item in given.items() if isinstance(item.get("unit"), str)}
    shared = Counter(str(item.get(name)) for item in given.values() for name in ("key", "person"))
    told: list[dict[str, Any] | None] = [None] * len(items)
    with within(EVERYTHING):
        codes = {code for code in named.values() if code.isprintable()}
        units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
        plain = {
            number: Sending(actor, given[number], units[code])
            for number, code in named.items()
            if code in units and all(shared[str(given[number].get(name))] == 1 for name in ("key", "person"))
        }
        kept = receive_together(psycopg.Cursor(connection.connection), list(plain.values()), cache(Rules))
    for number, receipt in zip(plain, kept, strict=True):
        told[number] = receipt
    return told


def _taken(actor: Actor, item: Any, rules: Rules) -> tuple[dict[str, Any], Refused | None]:
    try:
        if not isinstance(item, Mapping):
            raise Refused("type", expected="object")
        return {"status": 200, **with_messages(receive_answer(actor, item, channel="json", rules=rules))}, None
    except Refused as refused:
        key = item.get("key") if isinstance(item, Mapping) else None
        return {**problem_body(refused), "key": key if isinstance(key, str) else None}, refused


def take_roll_call(call: Call) -> dict[str, Any]:
    """A class as one observation."""
    read_query(call.request, ())
    return with_messages(receive_roll_call(call.actor, read_object(call.request), channel="json"))


def take_unit_report(call: Call) -> dict[str, Any]:
    """A unit's daily report, signed by the sender."""
    read_query(call.request, ())
    return with_messages(receive_report(call.actor, read_object(call.request), channel="json"))
