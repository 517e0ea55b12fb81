"""Stays elsewhere from files (旅居史导入): row D03, everybody on the rosters found, weighed by the list in force."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.capabilities.risk_areas.actions import publish_areas
from lianfang.capabilities.risk_areas.models import Sojourn
from lianfang.capabilities.risk_areas.told import Told, record_sojourns
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.imports import receive
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from tests import make
from tests.interfaces.lists import accounted, as_csv, number, places, school
from tests.make import DAY, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reads_here")]
HEADS = ["姓名", "证件号码", "学号", "地区代码", "到达日期", "离开日期", "来源"]


class Known:
    """A school with a list of one county in force, a student with a number, and two of one name."""

    def __init__(self) -> None:
        with clock.at(at(7)):
            self.unit = school()
            self.one, self.other = (Unit.objects.get(code=f"S1-K{n}") for n in (1, 2))
            self.doctor = make.actor(self.unit, "doctor")
            self.numbered = make.member(self.one, "张三", number=number(1))
            self.same = [make.member(self.other, "李四") for _ in range(2)]
            with within(EVERYTHING):
                self.same[1].memberships.update(number="2026")
                publish_areas(
                    SYSTEM, unit=self.unit, basis="公告",
                    entries=[{"code": "510104", "name": "示例县", "level": "medium"}],
                )  # fmt: skip

    def send(self, *rows: list[Any], **more: Any) -> Import:
        with clock.at(at(9)), make.acting(self.doctor):
            return receive(self.doctor, "sojourns", "旅居.csv", as_csv([HEADS, *rows]), unit=self.unit, **more)


@pytest.fixture
def known() -> Known:
    return Known()


def test_D03_a_file_of_stays_is_taken_in_and_everybody_in_it_is_weighed(known: Known) -> None:
    kept = known.send(
        ["张三", number(1), "", 510104, "2026-02-20", "", "车票"],
        ["李四", "", "2026", 520100, "2026-02-20", "2026-02-25", ""],
    )
    assert accounted(kept) == (2, 2, 0, 0, 0), places(kept)
    with within(EVERYTHING):
        rows = Sojourn.objects.order_by("area").values_list("person", "unit__code", "area", "until", "source")
        assert list(rows) == [
            (known.numbered.pk, "S1-K1", "510104", None, "ticket"),
            (known.same[1].pk, "S1-K2", "520100", DAY.replace(month=2, day=25), "declared"),
        ]
    with clock.at(at(9, 1)):
        Worker().sweep()
    with within(EVERYTHING):
        assert [one.person_id for one in Status.objects.filter(kind="risk_area")] == [known.numbered.pk]


def test_every_row_that_cannot_be_is_named_by_row_and_column_and_nothing_is_written(known: Known) -> None:
    kept = known.send(
        ["张三", number(1), "", "51", "2026-02-20", "", ""],
        ["张三", number(1), "", "510104", "2026-03-03", "", ""],
        ["张三", number(1), "", "510104", "2026-02-20", "2026-02-19", ""],
        ["李四", "", "", "510104", "2026-02-20", "", ""],
        ["无此人", "", "", "510104", "2026-02-20", "", ""],
        ["张三", number(1), "", "510105", "2026-02-20", "", "听说"],
        ["张三", number(1), "", "510106", "2026-02-20", "", ""],
        ["张三", number(1), "", "510106", "2026-02-20", "", ""],
        ["", "", "", "510106", "", "", ""],
    )
    assert places(kept) == [
        (2, "地区代码", "area.code"), (3, "到达日期", "date.in_future"), (4, "离开日期", "cross.order"),
        (5, "姓名", "person.ambiguous"), (6, "姓名", "scope"), (7, "来源", "choice.unknown"),
        (9, "到达日期", "row.duplicate"), (10, "到达日期", "required"), (10, "姓名", "required"),
    ]  # fmt: skip
    with within(EVERYTHING):
        assert not Sojourn.objects.exists()


def test_a_stay_that_is_on_record_is_not_written_twice(known: Known) -> None:
    row = ["张三", number(1), "", "510104", "2026-02-20", "", ""]
    known.send(row)
    again = known.send(row, ["张三", number(1), "", "510104", "2026-02-21", "", ""])
    assert places(again) == [(2, "到达日期", "row.duplicate")]
    told = [Told(known.numbered.pk, "510104", DAY.replace(month=2, day=20))]
    with clock.at(at(10)), make.acting(known.doctor), pytest.raises(Refused) as refused:
        record_sojourns(known.doctor, unit=known.unit, entries=told, how_many=1)
    assert [(one.field, one.code) for one in refused.value.problems] == [("entries[0].since", "row.duplicate")]
