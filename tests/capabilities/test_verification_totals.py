"""Totals of units and days reconciled (总量核对): what differs is a difference of its unit and day, down the tree."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.verification.actions import (
    agreement_rate,
    compare_lists,
    drill_down,
    items_under,
    make_agreement,
)
from lianfang.demo.two_lists import as_csv
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.lists import Terms, receive_list_file
from lianfang.kernel import clock
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.reactions import REACTIONS
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
HEADS = ("单位", "日期", "确诊")
FIELDS = [
    {"name": "unit", "columns": ["单位"]},
    {"name": "day", "columns": ["日期"]},
    {"name": "confirmed", "columns": ["确诊"], "precedence": "theirs"},
]


class Province:
    """Two counties with two schools each; three schools have reported their confirmed cases, the fourth has not."""

    def __init__(self) -> None:
        self.root = make.root("P", "province")
        self.health = make.unit(self.root, "H", "sector")
        self.counties = [make.unit(self.root, f"C{n}", "county") for n in (1, 2)]
        self.schools = [make.unit(county, f"{county.code}-S{n}", "school") for county in self.counties for n in (1, 2)]
        self.officer = make.actor(self.root, Role.OFFICER)
        with within(EVERYTHING):
            open_day(DAY)
        for school, confirmed in zip(self.schools, (2, 3, 0), strict=False):
            self.report(school, confirmed)
        with make.acting(self.officer):
            about = {"counterpart": "卫生健康局", "purpose": "x", "basis": "x", "frequency": "daily"}
            self.agreement = make_agreement(self.officer, unit=self.root, theirs=None, fields=FIELDS, **about)

    def report(self, school: Unit, confirmed: int, **more: object) -> None:
        by = make.actor(school, Role.DUTY_OFFICER)
        counts = {"expected": 9, "present": 9, "absent": 0, "fever": 0, "tested": 9, "confirmed": confirmed}
        with make.acting(by):
            receive_report(by, {"unit": school.code, "day": str(DAY), "counts": counts, **more}, channel="json")

    def compare(self, rows):
        terms = Terms(str(self.agreement.number), "theirs", len(rows))
        self.kept = receive_list_file(self.officer, terms, "totals.csv", as_csv(HEADS, rows))
        with make.acting(self.officer):
            return compare_lists(self.officer, unit=self.root, agreement=self.agreement)


@pytest.fixture
def province():
    with clock.at(at(16)):
        yield Province()


@pytest.fixture
def compared(province):
    day = str(DAY)
    rows = [("C1-S1", day, "3"), ("C1-S2", day, "2"), ("C2-S1", day, "0"), ("单位C2-S2", day, "1")]
    return province, province.compare(rows)


def test_totals_that_differ_are_owned_differences_of_their_unit_and_day_and_missing_is_not_zero(compared):
    province, run = compared
    assert (run.kind, run.counts["union"], run.counts["agree"], run.counts["new"]) == ("totals", 4, 1, 3)
    with make.acting(province.officer):
        found = {item.place.code: item for item in items_under(run, province.root)}
    assert {code: (item.fields[0]["ours"], item.fields[0]["theirs"]) for code, item in found.items()} == {
        "C1-S1": ("2", "3"), "C1-S2": ("3", "2"), "C2-S2": (None, "1")
    }  # fmt: skip
    assert found["C2-S2"].evidence["status"] == "missing_ours" and found["C2-S2"].owner == "ours"
    assert all(item.klass == "total" and item.due_at == clock.now() + timedelta(hours=24) for item in found.values())


def test_equal_sums_over_errors_that_cancel_out_are_seen_going_down_from_the_province(compared):
    province, run = compared
    with make.acting(province.officer):
        one, other = drill_down(run, province.root, "confirmed")
        schools = drill_down(run, one.unit, "confirmed")
        assert len(items_under(run, schools[0].unit)) == 1
    assert (one.unit.code, one.ours, one.theirs, one.differing, one.is_offset) == ("C1", 5, 5, 2, True)
    assert (other.ours, other.theirs, other.missing_ours) == (0, 1, 1)
    assert [(place.unit.code, place.ours, place.theirs) for place in schools] == [("C1-S1", 2, 3), ("C1-S2", 3, 2)]


def test_C08_a_corrected_report_reopens_the_settled_difference_between_totals(compared):
    province, run = compared
    from lianfang.capabilities.verification.actions import answer_difference

    with make.acting(province.officer):
        item = items_under(run, province.schools[0])[0]
        for evidence in ("", "letter 7"):
            answer_difference(
                province.officer, unit=province.root, item=item, verdict="use_theirs", evidence=evidence
            )  # fmt: skip
        item.refresh_from_db()
        assert item.state == "settled" and agreement_rate(run)[1] == Fraction(2, 4)
    province.report(province.schools[0], 3, reason="one more was confirmed")
    with within(EVERYTHING):
        dispatch(REACTIONS)
        item.refresh_from_db()
    assert (item.state, item.owner) == ("open", "ours")
    again = province.compare([("C1-S1", str(DAY), "3"), ("C1-S2", str(DAY), "3"), ("C2-S1", str(DAY), "0")])
    with within(EVERYTHING):
        item.refresh_from_db()
    assert item.state == "gone" and again.counts["gone"] == 2


def test_rows_of_unknown_units_no_days_no_counts_and_cells_given_twice_are_rejected_one_by_one(province):
    day = str(DAY)
    rows = [("C1-S1", day, "3"), ("C9", day, "1"), ("C1-S2", "", "1"), ("C2-S1", day, "many"), ("C1-S1", day, "3")]
    province.compare(rows)
    assert (province.kept.written, province.kept.refused) == (1, 4)
    assert [one["code"] for one in province.kept.problems] == [
        "list.unit_unknown", "required", "number.format", "row.duplicate"
    ]  # fmt: skip


def test_the_other_side_whose_answer_comes_by_letter_is_answered_for_only_with_the_letter(compared):
    province, run = compared
    from lianfang.capabilities.verification.actions import answer_difference

    with make.acting(province.officer):
        item = items_under(run, province.schools[0])[0]
        answer_difference(province.officer, unit=province.root, item=item, verdict="use_theirs")
        with pytest.raises(Refused, match=r"verdict\.unfit"):
            answer_difference(province.officer, unit=province.root, item=item, verdict="same_person", evidence="x")
