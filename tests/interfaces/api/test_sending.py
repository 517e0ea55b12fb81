"""Reports, checks and files sent in (上报接口): a receipt for what was kept, and all that is wrong in one answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.utils.translation import override

from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.reporting.models import Answer, Receipt, RollCall, UnitReport
from lianfang.kernel.scope import EVERYTHING, within
from tests.everything.outcomes import kept_apart_from_denials, tables
from tests.world import BASE, DAYS, World, report


def of_b(world: World, key: str, **more: Any) -> dict[str, Any]:
    return report(key=key, person={"ref": str(world.persons["B"].pk)}, test=None, **more)


def upload(world: World, text: str, actor: str = "class_head", **fields: str) -> HttpResponse:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    parts.append(f'--b\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\n\r\n{text}\r\n--b--\r\n')
    kind = "multipart/form-data; boundary=b"
    return world.send(actor, "POST", "imports", "".join(parts).encode(), content_type=kind)


def test_a_receipt_is_found_again_in_its_register(world: World) -> None:
    receipt = world.report(BASE).json()
    row = world.send("class_head", "GET", f"receipts/{receipt['receipt']}/").json()
    assert {name: row[name] for name in ("id", "hash", "received_at", "unit")} == {
        "id": receipt["receipt"],
        "hash": receipt["hash"],
        "received_at": receipt["received_at"],
        "unit": "S1-K1",
    }
    assert receipt["received_at"] == "2026-03-02T16:05:00+08:00"


def test_all_that_is_wrong_comes_in_one_answer(world: World) -> None:
    bad = report(day="2026-02-30", temperature="365", symptoms=["x"], person__phone="12", slot="") | {"colour": "red"}
    refused = world.report(bad).json()
    assert {one["field"]: one["code"] for one in refused["errors"]} == {
        "colour": "field.unknown",
        "day": "date.invalid",
        "temperature": "number.out_of_range",
        "symptoms": "choice.unknown",
        "person.phone": "phone.format",
    }


def test_an_unknown_unit_does_not_hide_what_else_is_wrong(world: World) -> None:
    refused = world.report(report(unit="S9-K9", temperature="365")).json()
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [
        ("unit", "scope"),
        ("temperature", "number.out_of_range"),
    ]


def test_notes_say_in_words_what_was_understood(world: World) -> None:
    notes = world.report(report(temperature="36.5度", day="2026/3/2"), headers={"Accept-Language": "zh"}).json()[
        "notes"
    ]
    assert {note["field"]: note["kept"] for note in notes} == {"temperature": "36.5", "day": "2026-03-02"}
    assert {note["message"] for note in notes} == {"体温按 36.5 理解。", "日期按 2026-03-02 理解。"}


def test_a_phone_that_comes_with_a_report_is_kept_where_none_was_known(world: World) -> None:
    world.report(BASE)
    other = world.report(report(key="another-phone", person__phone="010-12345678", test=None)).json()
    assert [note["code"] for note in other["notes"] if note["warning"]] == ["field.read_only"]
    with within(EVERYTHING):
        assert Person.objects.get(pk=world.persons["A"].pk).phone.open() == "+8613800138000"


def test_each_item_of_a_batch_has_an_answer_of_its_own_in_order(world: World) -> None:
    items = [BASE, of_b(world, "item-of-b"), 7, {}, report(key="too-hot-1", temperature=365), None]
    sent = world.send("class_head", "POST", "reports/batch", items)
    results = sent.json()["results"]
    assert sent.status_code == 200
    assert [one["status"] for one in results] == [200, 200, 422, 422, 422, 422]
    assert [one.get("key") for one in results] == [BASE["key"], "item-of-b", None, None, "too-hot-1", None]
    with within(EVERYTHING):
        assert Answer.objects.filter(unit__code="S1-K1").count() == 2


def test_a_batch_sent_again_gets_the_same_receipts(world: World) -> None:
    items = {"items": [BASE, of_b(world, "item-of-b")]}
    assert (
        world.send("class_head", "POST", "reports/batch", items).json()
        == world.send("class_head", "POST", "reports/batch", items).json()
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([{}] * 1001, 413, "limit"),
        ({"items": [{}] * 1001}, 413, "limit"),
        ([], 422, "required"),
        ({"items": []}, 422, "required"),
        ({}, 422, "type"),
        ({"items": {}}, 422, "type"),
        ({"items": [BASE], "unit": "S1"}, 422, "field.unknown"),
        ("x", 422, "type"),
    ],
)
def test_a_batch_is_a_list_of_one_to_a_thousand(world: World, body: Any, status: int, code: str) -> None:
    before = tables()
    refused = world.send("class_head", "POST", "reports/batch", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert code != "limit" or "1000" in refused.json()["title"]
    assert tables() == before


def test_a_thousand_items_are_taken(world: World) -> None:
    items = [of_b(world, "one-and-the-same")] * 1000
    results = world.send("class_head", "POST", "reports/batch", items).json()["results"]
    assert len({one["receipt"] for one in results}) == 1
    assert len(results) == 1000


def test_a_class_check_counts_everyone_and_names_the_others(world: World) -> None:
    check = {
        "key": "check-of-today", "unit": "S1-K1", "day": BASE["day"], "slot": "am", "observed_by": "王老师",
        "exceptions": [{"person": str(world.persons["B"].pk), "state": "unwell", "symptoms": ["cough"]}],
        "everyone_else": "well",
    }  # fmt: skip
    receipt = world.send("class_head", "POST", "roll-calls", check)
    assert (receipt.status_code, receipt.json()["state"]) == (200, "received")
    assert world.send("class_head", "POST", "roll-calls", check).json() == receipt.json()
    people = world.send("duty_S1", "GET", "units/S1/board").json()["people"]
    assert (people["rostered"], people["answered"], people["well"], people["unwell"]) == (4, 3, 2, 1)
    with within(EVERYTHING):
        assert RollCall.objects.get().observed_by == "王老师"


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"everyone_else": "unwell"}, {"everyone_else": "choice.unknown"}),
        ({"everyone_else": None, "mood": 1}, {"everyone_else": "required", "mood": "field.unknown"}),
        ({"exceptions": "none"}, {"exceptions": "type"}),
        ({"exceptions": [7]}, {"exceptions[0].person": "type"}),
        ({"exceptions": [{"person": "D", "state": "well"}]}, {"exceptions[0].person.ref": "scope"}),
        ({"observed_by": "a\u202eb"}, {"observed_by": "text.control_character"}),
        ({"observed_by": 7}, {"observed_by": "type"}),
        ({"unit": "S2-K1"}, {"unit": "scope"}),
        ({"day": "2026-02-20"}, {"day": "period.closed"}),
    ],
)
def test_a_class_check_says_where_it_cannot_be_taken(
    world: World, change: dict[str, Any], places: dict[str, str]
) -> None:
    check = {"key": "check-of-today", "unit": "S1-K1", "day": BASE["day"], "slot": "am", "everyone_else": "well"}
    before = tables()
    refused = world.send("class_head", "POST", "roll-calls", check | change).json()
    assert {one["field"]: one["code"] for one in refused["errors"]} == places
    assert kept_apart_from_denials(before, tables())


def test_a_zero_report_sent_again_after_the_roster_has_grown_gets_the_same_receipt(world: World) -> None:
    zero = {"key": "zero-report-1", "nothing_to_report": True}
    first = world.send("duty_S1", "POST", "unit-reports", zero).json()
    assert world.report(report(person={"id_type": "none", "id_reason": "new", "name": "新同学"})).status_code == 200
    again = world.send("duty_S1", "POST", "unit-reports", zero)
    assert (again.status_code, again.json()["receipt"]) == (200, first["receipt"])
    with within(EVERYTHING):
        assert UnitReport.objects.count() == 1


def test_a_report_that_was_sent_back_may_be_signed_again_as_it_was(world: World) -> None:
    zero = {"nothing_to_report": True}
    first = world.send("duty_S1", "POST", "unit-reports", zero).json()
    assert world.send("duty_S1", "POST", "unit-reports", zero).json()["receipt"] == first["receipt"]
    back = {"superior": "N1", "report": first["report"]["receipt"], "reason": "please look again"}
    assert world.send("county_N1", "POST", "actions/report.sent_back", back).status_code == 200
    assert world.send("county_N1", "GET", "units/N1/board").json()["children"][0]["state"] == "returned"
    second = world.send("duty_S1", "POST", "unit-reports", zero).json()
    assert second["report"]["revision"] == 2
    assert world.send("county_N1", "GET", "units/N1/board").json()["children"][0]["state"] == "zero"


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31", "2026-02-20"])
def test_a_unit_report_is_of_a_day_that_is_open(world: World, day: str) -> None:
    refused = world.send("duty_S1", "POST", "unit-reports", {"day": day, "nothing_to_report": True})
    assert refused.status_code in (409, 422)
    assert refused.json()["errors"][0]["field"] == "day"


def test_a_file_is_checked_kept_and_confirmed(world: World) -> None:
    table = f"姓名,证件号码,单位代码,日期,时段,体温\r\n张伟,{world.number('A')},S1-K1,2026-03-02,上午,36.5\r\n"
    bad = table + f"欧阳安然,{world.number('B')},S1-K1,2026-03-02,上午,365\r\n"
    refused = upload(world, bad, what="reports").json()
    assert [refused[name] for name in ("stage", "read", "written", "refused", "held")] == ["refused", 2, 0, 1, 1]
    assert world.send("class_head", "GET", f"imports/{refused['id']}").json() == refused

    held = upload(world, table, what="reports", dry_run="true").json()
    assert (held["stage"], held["held"], held["written"]) == ("checked", 1, 0)
    done = world.send("class_head", "POST", f"imports/{held['id']}/confirm", {}).json()
    assert (done["stage"], done["written"]) == ("written", 1)
    dropped = world.send("class_head", "DELETE", f"imports/{held['id']}")
    assert (dropped.status_code, dropped.json()["code"]) == (409, "flow.condition")
    with within(EVERYTHING):
        assert Answer.objects.filter(unit__code="S1-K1").count() == 1


def test_a_file_belongs_to_its_sender_and_those_above(world: World) -> None:
    sent = upload(world, "姓名,体温\r\n张伟,36.5\r\n", what="reports", dry_run="true").json()
    for actor in ("head_K2", "head_S2", "county_N2"):
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/confirm")):
            refused = world.send(actor, method, f"imports/{sent['id']}{path}", {} if method == "POST" else None)
            assert (refused.status_code, refused.json()["code"]) == (404, "scope")


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({}, {"what": "required"}),
        ({"what": "cats"}, {"what": "choice.unknown"}),
        ({"what": "reports", "more": "1"}, {"more": "field.unknown"}),
        ({"what": "reports", "dry_run": "maybe"}, {"dry_run": "choice.unknown"}),
        ({"what": "reports", "unit": "S2-K1"}, {"unit": "scope"}),
    ],
)
def test_an_upload_says_what_it_is_for(world: World, fields: dict[str, str], places: dict[str, str]) -> None:
    refused = upload(world, "姓名,体温\r\n张伟,36.5\r\n", **fields).json()
    assert {one["field"]: one["code"] for one in refused["errors"]} == places


def test_keys_are_each_senders_own(world: World) -> None:
    world.report(BASE)
    assert world.report(BASE, actor="duty_S1").json()["receipt"]
    with within(EVERYTHING):
        assert Receipt.objects.filter(key=BASE["key"]).count() == 2


def test_the_same_words_are_said_whatever_language_the_server_started_in(world: World) -> None:
    with override("zh-hans"):
        refused = world.report(report(temperature=365), headers={"Accept-Language": "en"}).json()
    assert refused["title"].startswith("Temperature must be between 34.0 and 43.0")


def test_somebody_who_had_left_is_put_back_on_the_roster_and_named(world: World) -> None:
    with within(EVERYTHING):
        left = Membership.objects.get(person=world.persons["B"])
        left.until = DAYS[3]
        left.save()
    by_number = report(person={"id_number": world.number("B"), "name": "欧阳安然"}, test=None)
    notes = world.report(by_number).json()["notes"]
    assert [note["code"] for note in notes if note["warning"]] == ["person.off_roster"]
    people = world.send("duty_S1", "GET", "units/S1/board").json()["people"]
    assert people["answered"] == 1
    with within(EVERYTHING):
        assert Membership.objects.filter(person=world.persons["B"]).count() == 2
