"""What the actions about rules, statuses and risk areas are given, and their addresses (规则、状态、风险地区)."""

from __future__ import annotations

from typing import Any

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import give
from tests import make
from tests.make import DAY

COUNTY = {"code": "510104", "name": "示例县", "level": "medium"}
NOBODY = "0195541e-5a00-7000-8000-000000000002"


def of_rules(w: Any) -> dict[str, dict[str, Any]]:
    """A status of somebody in the near class with an objection, a proposed change, a stay and a pack."""
    with within(EVERYTHING):
        return _about(w)


def _about(w: Any) -> dict[str, dict[str, Any]]:
    from lianfang.capabilities.objections.actions import object_to_status, propose_change
    from lianfang.capabilities.risk_areas.actions import record_sojourn
    from lianfang.capabilities.rules.actions import adopt_rules

    school, klass = w.school, w.klass
    one, two, three = (make.member(klass) for _ in range(3))
    held, other = (_status(klass, person) for person in (one, two))
    objection = object_to_status(SYSTEM, status=held, person=one, text="no")
    change = propose_change(SYSTEM, unit=klass, person=one, kind="exempt", value="exempted", reason="x")
    stay = record_sojourn(SYSTEM, unit=klass, person=one, area="510104", since=DAY)
    about = {"title": "r", "basis": "b", "valid_from": DAY, "parameters": {"remind_minutes": 20}}
    pack = adopt_rules(SYSTEM, unit=school, code="old", **about)
    return {
        "edition.adopted": {"unit": school, "edition": "cn-8th", "basis": "b"},
        "rules.ended": {"pack": pack, "last_day": DAY, "reason": "x"},
        "status.objected": {"status": other, "person": two, "text": "no"},
        "status.objection_answered": {"objection": objection, "outcome": "stands", "answer": "x"},
        "status.fact_corrected": {"status": other, "fact": "from", "right": "x", "reason": "y"},
        "status.change_proposed": {"unit": klass, "person": three, "kind": "exempt", "value": "x", "reason": "y"},
        "status.change_decided": {"change": change, "agree": True},
        "areas.published": {"unit": school, "entries": [COUNTY], "basis": "b"},
        "sojourn.recorded": {"unit": klass, "person": three, "area": "510104", "since": DAY},
        "sojourn.refuted": {"sojourn": stay, "reason": "x"},
        "sojourns.recorded": {"unit": klass, "entries": [], "how_many": 0},
    }


def _status(klass: Any, person: Any) -> Any:
    return give(
        unit=klass, person=person, kind="risk_area", value="yellow", rule="R-area", edition="e", facts={"from": "x"},
        since=clock.now(), by=SYSTEM, about="x:1",
    )  # fmt: skip


def addresses_of_rules(w: Any) -> dict[str, str]:
    """The addresses about rules, statuses and risk areas that name a thing."""
    s = w.school.code
    return {
        "rules/<str:code>": f"/rules/{s}",
        "rules/<str:code>/preview": f"/rules/{s}/preview?edition=cn-9th",
        "rules/<str:code>/adopt": f"/rules/{s}/adopt",
        "rules/<str:code>/own": f"/rules/{s}/own",
        "areas/<str:code>": f"/areas/{s}",
        "me/statuses/<uuid:number>/object": f"/me/statuses/{NOBODY}/object",
        "objections/<uuid:number>/answer": f"/objections/{NOBODY}/answer",
        "objections/<uuid:number>/correct": f"/objections/{NOBODY}/correct",
        "objections/changes/<uuid:number>": f"/objections/changes/{NOBODY}",
    }
