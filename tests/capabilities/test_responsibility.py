"""Who is responsible, without gaps (责任到人)."""

from __future__ import annotations

import pytest

from lianfang.capabilities.responsibility.actions import assign_zone, mark_on_post, name_responsible, step_down
from lianfang.capabilities.responsibility.coverage import gaps, posts
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY

pytestmark = pytest.mark.django_db


def test_A04_seventy_nine_of_126_are_on_post_and_the_others_have_not_said_so(afternoon):
    province = make.root("P", "province")
    units = [make.unit(province, f"U{n:03d}", "university") for n in range(126)]
    with within(EVERYTHING):
        name_responsible(SYSTEM, unit=province, name="负责人")
        for unit in units:
            name_responsible(SYSTEM, unit=unit, name=f"负责人{unit.code}")
        assert [gap for gap in gaps(province, DAY) if gap.kind == "unit"] == []
        for unit in units[:79]:
            mark_on_post(SYSTEM, unit=unit, on_post=True)
        seen = posts(province, DAY)
    assert seen == {"on_post": 79, "off_post": 0, "not_reported": 48}, "47 universities and the province itself"


def test_naming_the_next_ends_the_duty_of_the_one_before(afternoon):
    school = make.root("S", "school")
    with within(EVERYTHING):
        name_responsible(SYSTEM, unit=school, name="甲")
        second = name_responsible(SYSTEM, unit=school, name="乙")
        assert [r.name for r in type(second).objects.filter(until__isnull=True)] == ["乙"]


def test_A06_the_audit_lists_just_the_unit_without_an_owner_and_the_floor_without_one(afternoon):
    school = make.root("S", "school")
    divisions = [make.unit(school, f"S-D{n}") for n in range(3)]
    with within(EVERYTHING):
        for unit in [school, *divisions]:
            name_responsible(SYSTEM, unit=unit, name=f"负责人{unit.code}")
            assign_zone(SYSTEM, unit=unit, name="办公区", owner="甲")
        make.members(divisions[0], 5, kind="staff")
        assert list(gaps(school, DAY)) == []
        step_down(SYSTEM, unit=divisions[1])
        assign_zone(SYSTEM, unit=school, name="图书馆三楼")
        found = list(gaps(school, DAY))
    assert [(gap.kind, gap.code, gap.name) for gap in found] == [
        ("unit", "S-D1", "单位S-D1"),
        ("zone", "S", "图书馆三楼"),
    ]
