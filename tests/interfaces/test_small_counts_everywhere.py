"""A small count that one page hides is told by no other (小格各处一致): all surfaces of a day, opened by an office."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from lianfang.capabilities.briefings.actions import compose_briefing
from lianfang.domain.briefing.figures import plain as as_kept
from lianfang.domain.small import Below
from lianfang.interfaces.after_action.parts import Period
from lianfang.interfaces.after_action.readme import readme
from lianfang.interfaces.after_action.research import extracts
from lianfang.kernel import clock
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.briefing import asked_of, sections
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.office_days import Keeper
from lianfang.kernel.scope import EVERYTHING, within
from tests import make, stays_world
from tests.make import DAY, at
from tests.surveillance_world import World, built, lived

pytestmark = pytest.mark.django_db
COUGH = ["cough"]
EVENING = at(18)
Told = Any


def plain(value: Any) -> Told:
    """A count as a surface says it: a number, or `<15`."""
    if isinstance(value, dict):
        return f"<{value['below']}"
    return str(value) if isinstance(value, Below) else value if value is None else int(value)


class Office:
    """The officer of the province, in a browser and with a key of the API."""

    def __init__(self, world: World) -> None:
        with clock.at(at(7)), within(EVERYTHING):
            self.account = make.account(world.province, "officer")
            self.key = {"Authorization": f"Bearer {new_token(self.account)[1]}"}
        self.browser = Client(headers={"accept-language": "en"})
        self.browser.force_login(self.account, backend="django.contrib.auth.backends.ModelBackend")

    def page(self, address: str, name: str) -> Any:
        with clock.at(EVENING):
            answer = self.browser.get(address)
        assert answer.status_code == 200, address
        return answer.context[name]

    def api(self, address: str) -> Any:
        with clock.at(EVENING):
            answer = Client().get(address, headers=self.key)
        assert answer.status_code == 200, address
        return answer


def on_wall(office: Office, unit: Unit) -> Told:
    """The newly ill of the day: the figure, which its curve says as well."""
    wall = office.page(f"/wall/{unit.code}", "wall")
    value = next(one["value"] for one in wall["figures"] if one["label"] == "New symptoms")
    assert str(value) == wall["curve"]["rows"][-1][1]
    return plain(value)


def on_page(office: Office, unit: Unit) -> Told:
    """All who are ill: the table's last column of its newest day."""
    watch = office.page(f"/surveillance/{unit.code}", "watch")
    at_last = next(i for i, head in enumerate(watch["heads"]) if head == "Any illness")
    said = watch["rows"][0]["cells"][at_last]["text"].split(" / ")[0]
    return said if said.startswith("<") else int(said)


def in_lists(office: Office) -> dict[str, Told]:
    """All who are ill by unit, as the API has them and, alike, its CSV."""
    asked = f"/api/v1/syndromes/?from={DAY}&to={DAY}"
    rows = {row["unit"]: plain(row["any"]) for row in office.api(asked).json()["rows"]}
    text = b"".join(office.api(f"{asked}&format=csv").streaming_content).decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text)):
        assert str(rows[row["unit"]]) == row["any"]
    return rows


def on_boards(office: Office, units: list[Unit]) -> dict[str, Told]:
    """Who is not well by unit: each school's own board, the rows of the board above, and the API alike."""
    told: dict[str, Told] = {}
    for unit in units:
        asked = office.api(f"/api/v1/units/{unit.code}/board?day={DAY}").json()
        rows = {one["unit"]: one["people"] for one in asked["children"]} | {unit.code: asked["people"]}
        for code, people in rows.items():
            assert told.setdefault(code, plain(people["unwell"])) == plain(people["unwell"])
            hidden = isinstance(people["unwell"], dict)
            assert people["well"] == (None if hidden else people["answered"] - people["unwell"])
        board = office.page(f"/board/{unit.code}", "board")
        if not board["of_units"]:
            assert {one["code"]: plain(one["abnormal"]) for one in board["rows"]}.items() <= told.items()
            figures = {one["label"]: one["value"] for one in board["figures"]}
            assert plain(figures["Not well"]) == told[unit.code]
    return told


def in_briefing(unit: Unit) -> Told:
    """The newly ill, as the unit's own briefing of the day says them."""
    role = "officer" if unit.kind in OFFICES else "duty_officer"
    with clock.at(EVENING), make.acting(make.actor(unit, role)) as by:
        made = compose_briefing(by, unit=unit, day=DAY)
    (found,) = [one for part in made.figures for one in part["figures"] if one["code"] == "symptoms.unwell"]
    return plain(found["value"])


@pytest.fixture
def world() -> World:
    """Three schools: of the first three are new, of the second twelve, all of them ill; of the third some ill still."""
    found = built(schools=3, classes=1)
    before = DAY - timedelta(days=1)
    lived(found, before, {"S3-K1": [COUGH] * 2})
    lived(found, DAY, {"S1-K1": [COUGH] * 3, "S2-K1": [COUGH] * 12, "S3-K1": [COUGH] * 17})
    with clock.at(EVENING):
        Keeper().keep()
    return found


def test_no_count_that_is_hidden_on_one_surface_is_shown_on_another(world):
    office = Office(world)
    units = [world.province, world.county, *world.schools]
    new = {unit.code: on_wall(office, unit) for unit in units}
    ill = {unit.code: on_page(office, unit) for unit in units}
    lists, boards = in_lists(office), on_boards(office, units)
    assert ill == {code: lists[code] for code in ill}
    assert boards == lists
    assert ill == {"P": 32, "N1": 32, "S1": "<5", "S2": "<20", "S3": 17}
    assert new == {"P": 30, "N1": 30, "S1": "<5", "S2": "<20", "S3": 15}
    assert {unit.code: in_briefing(unit) for unit in units} == new


@pytest.fixture
def site() -> stays_world.Site:
    """An observation site to which fourteen came on one day and two on the next; nobody has left."""
    found = stays_world.site(rooms=20)
    guests = [stays_world.guest() for _ in range(16)]
    stays_world.admitted(found, guests[:14], stays_world.moment("01-30"))
    stays_world.admitted(found, guests[14:], stays_world.moment("01-31"), first_room=15)
    return found


def of_site(site: stays_world.Site, day: date) -> dict[str, Told]:
    """What the briefing of a day says of people in observation, and of at least how many."""
    ends = make.at(23, day=day)
    with clock.at(ends), within(EVERYTHING):
        (part,) = [one for one in sections(asked_of(site.unit, day, now=ends)) if one.code == "observation"]
    told = {one.code.partition(".")[2]: (plain(as_kept(one.value)), one.of) for one in part.figures}
    return {code: told[code] for code in ("here", "admitted", "released", "converted")}


def test_who_came_is_not_told_by_who_is_there_on_two_days_in_briefing_and_pack(site):
    first, second = stays_world.START, stays_world.START + timedelta(days=1)
    assert of_site(site, first)["here"] == (14, 10)
    later = of_site(site, second)
    assert later == {"here": (16, 15), "admitted": ("<10", 15), "released": ("<10", 15), "converted": (0, 15)}
    with clock.at(stays_world.moment("01-31", 23)), within(EVERYTHING):
        period = Period(site.unit, first, second)
        found = {one.name: one for one in extracts(period, fewest=5)}
        told = readme(period, found.values(), fewest=5)
    days = {row[0]: row[1] for row in found["days.csv"].rows}
    assert days == {str(first): "14", str(second): "16"}  # who is there is told alike, and who came nowhere
    stars = found["stays.csv"].stars
    assert len(found["stays.csv"].rows) == 16 and set(found["stays.csv"].rows[0]) != {"*"}
    for name, many in stars.items():
        assert (f"* in {many}" in told) == bool(many), name


def test_a_day_on_which_many_came_and_nobody_left_says_so(site):
    with clock.at(stays_world.moment("01-30", 23)):
        told = of_site(site, stays_world.START)
    assert (told["admitted"], told["released"]) == ((14, 10), (0, 10))
