"""The page of a briefing (日报页面) on a phone and at a desk, in both languages."""

from __future__ import annotations

import pytest

from lianfang.capabilities.briefings.actions import assess_briefing, compose_briefing
from lianfang.capabilities.briefings.counting import keep
from lianfang.capabilities.briefings.packs import ask_pack, give_up, keep_file
from lianfang.capabilities.incidents.actions import open_incident
from lianfang.domain.outcomes import Outcome
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.briefing_world import School
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.make import DAY, at


@pytest.fixture(scope="module")
def briefed(house: House) -> House:
    """A school with a fortnight behind it, one class not in, and a briefing with an assessment."""
    school = School("BR", county=house.world.units["N2"])
    with clock.at(at(5)):
        house.world.accounts["duty-br"] = make.account(school.unit, "duty_officer", "duty-br")
        house.world.accounts["auditor-br"] = make.account(school.unit, "auditor", "auditor-br")
    school.fortnight(before=10, now=6)
    school.checks(0, 6, fever=5)
    made = school.composes(15)
    with clock.at(at(15, 30)), make.acting(school.doctor) as doctor:
        assess_briefing(doctor, briefing=made, text="发热集中在一个班 Fever is limited to one class.")
    with clock.at(at(15, 40)), make.acting(school.officer) as officer:
        compose_briefing(officer, unit=school.unit, day=DAY.replace(day=1))
    _packed(house, school)
    return house


def _packed(house: House, school: School) -> None:
    """A leader with a pack that was made, one that failed and one that waits; indicators as they were counted."""
    with clock.at(at(5)):
        house.world.accounts["leader-br"] = make.account(school.unit, "leader", "leader-br")
    with clock.at(at(15, 45)), within(EVERYTHING):
        keep_file(ask_pack(SYSTEM, unit=school.unit, since=DAY, until=DAY), b"PK" * 90_000, files=9)
        give_up(ask_pack(SYSTEM, unit=school.unit, since=DAY.replace(day=1), until=DAY), "pack.failed")
        ask_pack(SYSTEM, unit=school.unit, since=DAY, until=DAY, about="突发疾病")
        open_incident(SYSTEM, unit=school.unit, kind="illness", where="东门")
        period = (DAY.replace(month=1, day=1), DAY)
        keep(SYSTEM, unit=school.unit, found=[
            Outcome("observed.infected", *period, 3, 252, 3528), Outcome("observed.lost", *period, 0, 252, 3528),
            Outcome("classes.infected", *period, 12, 4479, 13437),
        ])  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_a_briefing_are_whole(briefed: House, lang: str, size) -> None:
    set_clock(16, 5)
    found = []
    for handle, path in (
        ("duty-br", f"/briefings/BR?day={DAY}"),
        ("auditor-br", f"/briefings/BR?day={DAY}&version=1"),
        ("duty-br", "/briefings/BR?day=2026-02-10"),
        ("leader-br", "/after-action/BR"),
        ("leader-br", "/list/indicators?unit=BR"),
    ):
        with briefed.visit(handle, lang=lang, size=size) as visitor:
            assert visitor.open(path).status == 200, path
            found += [f"{path}: {one}" for one in ill_formed(visitor.page, lang)]
            found += [f"{path}: {one}" for one in barriers_in_turn(visitor.page)]
            found += [f"{path}: {one}" for one in [too_wide(visitor.page)] if one]
            found += [f"{path}: {one}" for one in visitor.complaints]
            visitor.picture("briefing" + path.replace("/", "-").replace("?", "-").replace("&", "-"))
    assert found == []
