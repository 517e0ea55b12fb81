"""Forms without code (填报分析系统): designed on a page, filled in by units and people, added up over versions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError

from lianfang.capabilities.burden.actions import extend_form, propose_form, publish_form, withdraw_form
from lianfang.capabilities.burden.cross import CrossTable, cross
from lianfang.capabilities.burden.filling import answer_form, fill_form
from lianfang.capabilities.burden.models import PersonFilling, RegisteredForm, UnitFilling
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor, actor_for
from lianfang.kernel.accounts.ops import new_account
from lianfang.kernel.dues.models import FORM, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
HELD = {
    "name": "unit.name", "code_of_unit": "unit.code", "kind": "unit.kind", "superior": "unit.superior",
    "phone": "unit.phone", "pupils": "report.daily_counts.expected", "present": "report.daily_counts.present",
    "absent": "report.daily_counts.absent",
}  # fmt: skip
STOCK = [{"code": "enough", "zh": "充足", "en": "Enough"}, {"code": "short", "zh": "不足", "en": "Short"}]
NEW: list[dict[str, Any]] = [
    {"code": "beds", "zh": "留观床位", "en": "Observation beds", "kind": "count", "maximum": "500"},
    {"code": "beds_used", "zh": "已占用床位", "en": "Beds in use", "kind": "count", "at_most": "beds"},
    {"code": "masks", "zh": "口罩储备", "en": "Masks in stock", "kind": "choice", "choices": STOCK},
    {"code": "area", "zh": "消毒面积", "en": "Area disinfected", "kind": "measure", "required": False},
]
GIVEN = {"beds": 4, "beds_used": 1, "masks": "enough"}


def twelve() -> list[dict[str, Any]]:
    numbers = ("pupils", "present", "absent")
    held = [
        {
            "code": code,
            "zh": f"已有项{n}",
            "held_as": key,
            "asked": False,
            "kind": "count" if code in numbers else "text",
        }
        for n, (code, key) in enumerate(HELD.items())
    ]
    return [*held, *NEW]


class Place:
    """A province with two prefectures; in the first two schools and a kindergarten, in the second a school."""

    def __init__(self) -> None:
        self.province = make.root("P", "province")
        self.prefectures = [make.unit(self.province, f"F{n}", "prefecture") for n in (1, 2)]
        self.counties = [make.unit(one, f"C{one.code}", "county") for one in self.prefectures]
        kinds = (("S1", 0, "school"), ("S2", 0, "school"), ("K1", 0, "kindergarten"), ("S3", 1, "school"))
        self.units = {code: make.unit(self.counties[n], code, kind) for code, n, kind in kinds}
        with within(EVERYTHING):
            Unit.objects.filter(pk__in=[one.pk for one in self.units.values()]).update(phone="0000-1234")
            self.units = {code: Unit.objects.get(code=code) for code in self.units}
        self.owner = make.actor(self.province, "administrator")
        self.duty = {code: make.actor(unit, "duty_officer") for code, unit in self.units.items()}

    def publish(self, fields: list[dict[str, Any]], **more: Any) -> RegisteredForm:
        about = {
            "unit": self.province, "code": "readiness", "title": "开学准备表", "title_en": "Readiness",
            "purpose": "开学", "answered_by": "units", "frequency": "daily", "seconds": 30,
        } | more  # fmt: skip
        with make.acting(self.owner) as owner:
            return publish_form(owner, form=propose_form(owner, **about, fields=fields))

    def extend(self, form: RegisteredForm, fields: list[dict[str, Any]]) -> RegisteredForm:
        with make.acting(self.owner) as owner:
            return publish_form(owner, form=extend_form(owner, form=form, fields=fields))

    def report(self, code: str, day: date) -> None:
        counts = {"expected": 40, "present": 39, "absent": 1, "fever": 0, "tested": 0, "confirmed": 0}
        with make.acting(self.duty[code]) as duty:
            receive_report(duty, {"unit": code, "day": str(day), "counts": counts}, channel="json")

    def fill(self, code: str, values: dict[str, Any] | None = None, **more: Any) -> UnitFilling:
        with make.acting(self.duty[code]) as duty:
            given = GIVEN if values is None else values
            return fill_form(duty, unit=self.units[code], form=more.pop("form", "readiness"), values=given, **more)

    def refused(self, code: str, values: dict[str, Any], **more: Any) -> dict[str, str]:
        with pytest.raises(Refused) as refused:
            self.fill(code, values, **more)
        return {problem.field: problem.code for problem in refused.value.problems}

    def due(self, code: str, day: date) -> Due:
        with within(EVERYTHING):
            return Due.objects.get(unit=self.units[code], kind=FORM, day=day)

    def cross(self, rows: str, columns: str, summed: str = "", **more: Any) -> CrossTable:
        with within(EVERYTHING):
            form = RegisteredForm.objects.get(code=more.get("form", "readiness"), state="published")
            since, until = more.get("since", MONDAY), more.get("until", MONDAY + timedelta(days=6))
            return cross(form, more.get("unit", self.province), since, until, rows=rows, columns=columns, summed=summed)


@pytest.fixture
def place() -> Place:
    with clock.at(at(6, day=MONDAY)):
        return Place()


def of(table: CrossTable, row: Unit | str, column: Unit | str) -> Any:
    return table.cell(*(str(one.pk) if isinstance(one, Unit) else one for one in (row, column)))


def test_E03_twelve_fields_without_code_eight_filled_in_and_two_versions_that_add_up(place: Place):
    with clock.at(at(8, day=MONDAY)):
        place.report("S1", MONDAY)
        form = place.publish(twelve())
        row = place.fill("S1")
        assert row.values == {
            "name": "单位S1", "code_of_unit": "S1", "kind": "school", "superior": "单位CF1", "phone": "0000-1234",
            "pupils": 40, "present": 39, "absent": 1, **GIVEN,
        }  # fmt: skip
        assert row.held == sorted(HELD), "eight are filled in from what is held; four are asked"
        place.fill("S3", {**GIVEN, "beds": 0, "beds_used": 0, "pupils": 30, "present": 30, "absent": 0})
    wednesday = MONDAY + timedelta(days=2)
    with clock.at(at(8, day=wednesday)):
        later = place.extend(form, [*twelve(), {"code": "nurses", "zh": "校医护士", "en": "Nurses", "kind": "count"}])
        assert later.version == 2 and later.begins_on == MONDAY
        assert place.refused("K1", GIVEN) == {
            "nurses": "required", "pupils": "required", "present": "required", "absent": "required",
        }  # fmt: skip
        place.report("S1", wednesday)
        place.fill("S1", {**GIVEN, "nurses": 2})
        place.fill("S3", {**GIVEN, "beds": 6, "nurses": 0, "pupils": 30, "present": 29, "absent": 1})
    first, second = place.prefectures
    with clock.at(at(9, day=wednesday)):
        beds, nurses = place.cross("prefecture", "kind", "beds"), place.cross("prefecture", "kind", "nurses")
        by_day = place.cross("day", "prefecture", "nurses")
    assert [of(beds, one, "school").value for one in (first, second)] == [8, 6], "both versions add up"
    assert beds.total.value == 14 and beds.total.filled == 4
    cell = of(nurses, first, "school")
    assert (cell.value, cell.given, cell.not_asked) == (2, 1, 1), "Monday's form did not ask for nurses"
    assert of(by_day, str(MONDAY), first).state == "not_asked" and of(by_day, str(MONDAY), first).value is None
    assert of(by_day, str(wednesday), second).value == 0, "no nurse is a zero, and given"


def test_E03_zero_missing_not_asked_and_unknown_are_four_different_things(place: Place):
    fields = [NEW[0], {**NEW[0], "code": "tents", "zh": "帐篷", "en": "Tents", "required": False}]
    with clock.at(at(8, day=MONDAY)):
        form = place.publish(fields[:1], frequency="once")
        place.fill("S1", {"beds": 0})
        place.extend(form, fields)
        place.fill("S2", {"beds": 3})
        place.fill("S3", {"beds": 1, "tents": 0})
        table, forms = place.cross("below", "kind", "tents", unit=place.counties[0]), place.cross("prefecture", "kind")
        beds = place.cross("below", "kind", "beds", unit=place.counties[0])
        other = place.cross("below", "day", "tents", unit=place.counties[1])
    assert of(table, place.units["S1"], "school").state == "not_asked"
    assert of(table, place.units["S2"], "school").state == "unknown"
    assert of(table, place.units["K1"], "kindergarten").state == "missing"
    assert of(other, place.units["S3"], str(MONDAY)) == of(other, place.units["S3"], str(MONDAY)).__class__(
        Decimal(0), filled=1, given=1
    )
    assert of(beds, place.units["S1"], "school").value == 0 and of(beds, place.units["S1"], "school").state == "given"
    assert of(table, place.units["S3"], "school").state == "nothing", "of another county"
    assert beds.total.value == 3 and beds.total.state == "at_least", "the kindergarten is missing"
    cell = of(forms, place.prefectures[0], "school")
    assert (cell.value, cell.filled, cell.missing) == (2, 2, 0)
    cell = of(forms, place.prefectures[0], "kindergarten")
    assert (cell.value, cell.missing, cell.state) == (0, 1, "given"), "how many forms there are is known"


def test_E03_a_choice_divides_and_what_is_missing_has_made_none(place: Place):
    with clock.at(at(8, day=MONDAY)):
        place.publish(NEW)
        place.fill("S1")
        place.fill("S2", {**GIVEN, "masks": "short", "area": "12.5"})
        place.fill("S3", {**GIVEN, "area": 7})
        table, area = place.cross("masks", "prefecture"), place.cross("masks", "kind", "area")
    first, second = place.prefectures
    assert [of(table, "enough", one).value for one in (first, second)] == [1, 1]
    assert of(table, "short", first).value == 1 and of(table, "-", first).missing == 1
    assert table.row_keys == ("enough", "short", "-")
    assert of(area, "short", "school").value == Decimal("12.5") and of(area, "enough", "school").value == 7
    assert of(area, "enough", "school").unknown == 1 and of(area, "enough", "school").state == "at_least"


def test_E03_a_form_is_owed_once_a_period_by_units_that_nobody_reports_to(place: Place):
    with clock.at(at(8, day=MONDAY)):
        place.publish(NEW)
        with within(EVERYTHING):
            open_day(MONDAY + timedelta(days=1))
            owing = set(Due.objects.filter(kind=FORM).values_list("unit__code", "day"))
        assert {code for code, _ in owing} == set(place.units), "offices get the sums"
        assert {day for _, day in owing} == {MONDAY, MONDAY + timedelta(days=1)}
        place.fill("S1")
        assert place.due("S1", MONDAY).settled_at == clock.now() and place.due("S2", MONDAY).settled_at is None


def test_a_weekly_form_is_owed_by_its_sunday_and_filled_in_once(place: Place):
    wednesday = MONDAY + timedelta(days=2)
    with clock.at(at(8, day=wednesday)):
        place.publish(NEW, frequency="weekly")
    with clock.at(at(8, day=MONDAY + timedelta(days=6))):
        row = place.fill("S1")
        assert row.day == MONDAY and row.on_time
        assert place.due("S2", MONDAY).due_at.astimezone(make.SHANGHAI).date() == MONDAY + timedelta(days=6)
    with clock.at(at(8, day=MONDAY + timedelta(days=40))):
        assert place.refused("S2", GIVEN, day=MONDAY) == {"day": "period.closed"}


def test_what_one_form_holds_is_filled_into_the_next_while_it_is_fresh(place: Place):
    bound = {"code": "rooms", "zh": "床位", "kind": "count", "held_as": "report.readiness.beds", "asked": False}
    with clock.at(at(8, day=MONDAY)):
        place.publish(NEW, frequency="weekly")
        place.publish([bound, {"code": "staff", "zh": "值守人数", "kind": "count"}], code="second")
    friday = MONDAY + timedelta(days=4)
    with clock.at(at(8, day=friday)):
        place.fill("S1")
        assert place.fill("S1", {"staff": 3}, form="second").values == {"rooms": 4, "staff": 3}
        assert place.refused("S2", {"staff": 3}, form="second") == {"rooms": "required"}
    with clock.at(at(8, day=friday + timedelta(days=3))):
        assert place.refused("S1", {"staff": 3}, form="second") == {"rooms": "required"}, "stale by then"


def test_what_is_held_but_is_of_another_kind_is_asked_after_all(place: Place):
    bound = {"code": "rooms", "zh": "床位", "kind": "count", "held_as": "unit.name", "asked": False}
    with clock.at(at(8, day=MONDAY)):
        place.publish([bound, NEW[0]])
        assert place.refused("S1", {"beds": 1}) == {"rooms": "required"}
        place.fill("S1", {"beds": 1, "rooms": 2})
        assert place.cross("day", "kind", "rooms").total.value == 2


def test_a_form_that_is_withdrawn_and_asked_again_is_owed_again(place: Place):
    with clock.at(at(8, day=MONDAY)):
        form = place.publish(NEW)
        with make.acting(place.owner) as owner:
            withdraw_form(owner, form=form, reason="有误")
        assert place.due("S1", MONDAY).excused == "有误"
        assert place.publish(NEW).version == 2
        assert place.due("S1", MONDAY).excused == ""


def test_a_correction_needs_a_reason_and_the_same_again_changes_nothing(place: Place):
    with clock.at(at(8, day=MONDAY)):
        place.publish(NEW)
        assert place.fill("S1").pk == place.fill("S1").pk
        assert place.refused("S1", {**GIVEN, "beds": 9}) == {"reason": "required"}
        second = place.fill("S1", {**GIVEN, "beds": 9}, reason="漏填五张")
        assert (second.revision, second.reason) == (2, "漏填五张")
        assert place.cross("day", "kind", "beds").total.value == 9
        with within(EVERYTHING):
            kept = UnitFilling.objects.order_by("revision").values_list("values__beds", "current")
            assert list(kept) == [(4, False), (9, True)], "what was sent stays as it was"


def test_nobody_rewrites_what_was_filled_in_and_others_do_not_see_it(place: Place):
    with clock.at(at(8, day=MONDAY)):
        place.publish(NEW)
        place.fill("S1")
        for code, seen in (("S1", 1), ("S2", 0)):
            with make.acting(place.duty[code]):
                assert UnitFilling.objects.count() == seen
        for scope in (EVERYTHING, place.owner.scope):
            with pytest.raises(ProgrammingError), within(scope):
                UnitFilling.objects.update(values={"beds": 0})
        with pytest.raises(ProgrammingError), within(EVERYTHING):
            UnitFilling.objects.all().delete()


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, {"beds": "required", "beds_used": "required", "masks": "required"}),
        ({**GIVEN, "beds": 501}, {"beds": "number.out_of_range"}),
        ({**GIVEN, "beds_used": 5}, {"beds_used": "cross.part_of"}),
        ({**GIVEN, "masks": "plenty"}, {"masks": "choice.unknown"}),
        ({**GIVEN, "area": "12.345"}, {"area": "number.precision"}),
        ({**GIVEN, "beds": 4.5}, {"beds": "number.integer"}),
        ({**GIVEN, "stars": 3}, {"stars": "field.unknown"}),
        ({**GIVEN, "beds": ""}, {"beds": "required"}),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_with_its_field(place: Place, values: dict[str, Any], problems: Any):
    with clock.at(at(8, day=MONDAY)):
        place.publish(NEW)
        assert place.refused("S1", values) == problems
        with within(EVERYTHING):
            assert not UnitFilling.objects.exists()


@pytest.mark.parametrize(
    ("field", "where"),
    [
        ({"kind": "colour"}, "kind"), ({"kind": "choice"}, "choices"), ({"kind": "count", "choices": STOCK}, "choices"),
        ({"kind": "choice", "choices": STOCK[:1]}, "choices"),
        ({"kind": "choice", "choices": STOCK[:1] * 2}, "choices"),
        ({"kind": "text", "minimum": 3}, "minimum"), ({"kind": "count", "minimum": 9, "maximum": 3}, "maximum"),
        ({"kind": "count", "at_most": "nothing"}, "at_most"), ({"kind": "text", "at_most": "beds"}, "at_most"),
        ({"kind": "count", "required": "yes"}, "required"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_when_the_form_is_designed(place: Place, field: Any, where: str):
    with clock.at(at(8, day=MONDAY)), pytest.raises(Refused) as refused:
        place.publish([NEW[0], {"code": "other", "zh": "其他", **field}])
    assert f"fields[1].{where}" in [problem.field for problem in refused.value.problems]


def test_a_later_version_keeps_what_kind_a_field_is(place: Place):
    with clock.at(at(8, day=MONDAY)):
        form = place.publish(NEW)
        with pytest.raises(Refused) as refused:
            place.extend(form, [{**NEW[0], "kind": "text", "maximum": None}])
        assert [problem.code for problem in refused.value.problems] == ["form.kind_changed"]


def test_a_form_that_is_withdrawn_is_neither_filled_in_nor_missing(place: Place):
    with clock.at(at(8, day=MONDAY)):
        form = place.publish(NEW)
        with make.acting(place.owner) as owner:
            withdraw_form(owner, form=form, reason="已完成")
        assert place.due("S1", MONDAY).excused == "已完成"
        assert place.refused("S1", GIVEN) == {"form": "scope"}


def test_an_office_fills_in_nothing_for_a_school_and_a_county_is_not_asked(place: Place):
    with clock.at(at(8, day=MONDAY)):
        place.publish(NEW)
        officer = make.actor(place.counties[0], "officer")
        with make.acting(officer), pytest.raises(Refused) as refused:
            fill_form(officer, unit=place.units["S1"], form="readiness", values=GIVEN)
        assert refused.value.code == "scope"
        with make.acting(officer), pytest.raises(Refused) as refused:
            fill_form(officer, unit=place.counties[0], form="readiness", values=GIVEN)
        assert refused.value.code == "form.not_yours"


def themselves(person: Person) -> Actor:
    with within(EVERYTHING):
        account = new_account(f"p-{person.pk.hex[-8:]}", person.name)
        account.person_id = person.pk
        account.save()
        return actor_for(account)


def test_a_form_of_people_is_filled_in_by_them_and_by_their_class_head_and_by_nobody_else(place: Place):
    with clock.at(at(8, day=MONDAY)):
        klass, other = (make.unit(place.units["S1"], f"S1-{n}", "class") for n in (1, 2))
        pupils, stranger = make.members(klass, 2), make.member(other)
        place.publish(
            [{"code": "city", "zh": "外出城市", "kind": "text"}, {"code": "rode", "zh": "乘坐校车", "kind": "flag"}],
            code="trip", answered_by="people", frequency="once",
        )  # fmt: skip
        given = {"city": "示例市", "rode": True}
        with make.acting(themselves(pupils[0])) as pupil:
            answer_form(pupil, unit=klass, person=pupils[0], form="trip", values=given)
            with pytest.raises(Refused):
                answer_form(pupil, unit=klass, person=pupils[1], form="trip", values=given)
        with make.acting(make.actor(klass, "class_head")) as head:
            answer_form(head, unit=klass, person=pupils[1], form="trip", values={**given, "rode": False})
            with pytest.raises(Refused):
                answer_form(head, unit=klass, person=stranger, form="trip", values=given)
        with make.acting(make.actor(place.province, "officer")):
            assert not PersonFilling.objects.exists(), "an office sees counts, not people"
        table = place.cross("rode", "prefecture", "rode", form="trip")
        assert table.total.value == 1 and table.total.filled == 2
        assert of(table, "false", place.prefectures[0]).value == 0


def test_what_is_held_of_each_person_is_not_offered_to_be_filled_in_for_a_unit(place: Place):
    bound = {"code": "who", "zh": "姓名", "en": "Name", "kind": "text", "held_as": "person.name", "asked": False}
    with pytest.raises(Refused) as refused:
        place.publish([bound, {"code": "rooms", "zh": "备用房间", "en": "Spare rooms", "kind": "count"}])
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [
        ("form.of_people", "fields[0].held_as")
    ]
