"""A list of people who are to come to an observation site (到站名单): one a row; a list for each arrival and hazard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from lianfang.capabilities.stays.actions import receive_manifest
from lianfang.capabilities.stays.announced import as_row, problems_with
from lianfang.capabilities.stays.manifests import MOST, Guest, check_arrival, read_guests
from lianfang.capabilities.stays.roles import RECEPTION
from lianfang.domain.parsing.dates import parse_moment
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import is_blank, one_line
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.layouts import roster_words
from lianfang.interfaces.exchange.layouts.columns import Columns, Headers
from lianfang.interfaces.exchange.layouts.layout import Desk, RowRefused, with_header
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.sheet import Row, Sheet
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import ANY, check_hazard

CHANNEL = "text"
HEADERS = Headers(
    {
        "arrives_at": ("到站时间", "Arrives at", "到达时间", "抵达时间", "预计到达时间", "到站日期时间", "arrival"),
        "party_kind": ("类别", "Kind of party", "同行类别", "人员类别"),
        "party": ("团组", "Party", "团队", "团号", "航班", "车次", "批次"),
        "needs": ("特殊需要", "Needs", "特殊需求", "特殊情况"),
        "companion": ("陪同人", "Stays with", "同住人", "陪护人", "陪同人行号", "Row of the companion"),
        "last_exposure": ("最后暴露", "Last exposure", "最后暴露日期", "最后接触日期", "最后接触时间"),
        "exposure_kind": ("暴露方式", "Kind of exposure", "接触方式"),
        "hazard": ("风险类别", "Hazard", "病种"),
        "home": ("居住地", "Lives in", "常住地", "现住址"),
        "serial": ("序号", "No"),
    },
    otherwise=roster_words.HEADERS.otherwise,
)


def shown() -> dict[str, str]:
    """The header that stands for each field, in the language of whoever reads."""
    return roster_words.shown() | HEADERS.shown(get_language() or "")


@dataclass(frozen=True, slots=True)
class Coming:
    """A row that was understood: when, who, because of what, and the row of whoever stays with them (None: nobody)."""

    at: datetime
    guest: Guest
    hazard: str = ANY
    stays_with: int | None = None


class Arrivals:
    """People who are to come, one a row."""

    what = "arrivals"
    by: tuple[Role, ...] = RECEPTION

    def columns(self, sheet: Sheet) -> Columns:
        """Headers as lists of arrivals have them."""
        return Columns(sheet, HEADERS.path_of)

    def check(self, desk: Desk, outcome: Outcome) -> None:
        """Parse every row, find companions among the rows, then ask the register about everybody."""
        read: dict[int, Coming] = {}
        named: dict[int, str] = {}
        for row in outcome.sheet.rows:
            if not outcome.unreadable(row.number):
                self._read(desk, outcome, row, read, named)
        numbers = list(read)
        for place, problem in problems_with(_site(desk), [one.guest for one in read.values()]):
            outcome.refuse(numbers[place], [problem])
        _find_companions(outcome, read, named)
        for at in {one.at for one in read.values()}:
            if sum(one.at == at for one in read.values()) > MOST:
                outcome.refuse_table(Problem("limit", "people", facts={"high": MOST}))
        outcome.rows |= read

    def _read(self, desk: Desk, outcome: Outcome, row: Row, read: dict[int, Coming], named: dict[int, str]) -> None:
        raw, found = outcome.columns.raw(row), Findings()
        at = found.attempt(lambda: _arrival(_site(desk), raw, found), None)
        guest = _guest(_site(desk), raw, found)
        hazard = found.attempt(lambda: check_hazard(one_line(raw.get("hazard") or ANY, "hazard")), ANY)
        with_whom = found.attempt(lambda: one_line(raw.get("companion") or "", "companion"), "")
        try:
            outcome.note(row.number, found.close())
        except Refused as refused:
            outcome.refuse(row.number, with_header(refused, shown()))
            return
        assert at is not None and guest is not None  # noqa: S101  or it would have been refused
        read[row.number] = Coming(at, guest, hazard)
        if with_whom:
            named[row.number] = with_whom

    def write(self, desk: Desk, rows: Mapping[int, Any]) -> None:
        """One list for each time of arrival and hazard."""
        for at, hazard in sorted({_list_of(one) for one in rows.values()}):
            coming = {number: one for number, one in rows.items() if _list_of(one) == (at, hazard)}
            numbers = list(coming)
            try:
                people = [_as_given(number, coming, numbers) for number in numbers]
                receive_manifest(desk.by, unit=_site(desk), arrives_at=at, people=people, hazard=hazard)
            except Refused as refused:
                raise _of_a_row(refused, numbers) from refused


def _site(desk: Desk) -> Unit:
    assert desk.home is not None  # noqa: S101  a list is sent for a site
    return desk.home


def _arrival(site: Unit, raw: Mapping[str, Any], found: Findings) -> datetime:
    moment = parse_moment(raw.get("arrives_at"), "arrives_at", [], zone=site.zone, channel=CHANNEL)
    check_arrival(site, moment)
    return moment


def _guest(site: Unit, raw: Mapping[str, Any], found: Findings) -> Guest | None:
    """The row as the capability reads it; read once more as it will be handed in, so that nothing is refused later."""
    given = {
        name.removeprefix("person."): value
        for name, value in raw.items()
        if name not in ("arrives_at", "companion", "serial", "hazard") and not is_blank(value)
    }
    try:
        guest = read_guests(site, [given], channel=CHANNEL)[0]
        read_guests(site, [as_row(guest)])
    except Refused as refused:
        found.problems += [replace(one, field=one.field.removeprefix("people[0].")) for one in refused.problems]
        return None
    return guest


def _find_companions(outcome: Outcome, read: dict[int, Coming], named: Mapping[int, str]) -> None:
    """Whoever stays with somebody is named, or numbered from 1 below the header, and comes at the same time."""
    order = [row.number for row in outcome.sheet.rows]
    for number, text in named.items():
        if text.isascii() and text.isdigit():
            same = [order[int(text) - 1]] if 1 <= int(text) <= len(order) else []
        else:
            same = [other for other, one in read.items() if one.guest.who.name == text]
        found = [other for other in same if other in read and _list_of(read[other]) == _list_of(read[number])]
        if len(found) != 1 or found[0] == number:
            code = "stay.own_companion" if found == [number] else "stay.companion_unknown"
            outcome.refuse(number, [Problem(code, "companion")])
        else:
            read[number] = replace(read[number], stays_with=found[0])
    while left := [n for n, one in read.items() if one.stays_with in outcome.refused_rows - {None}]:
        lonely = [n for n in left if n not in outcome.refused_rows]
        for number in lonely:  # who was to come with somebody who is refused does not come without them
            outcome.refuse(number, [Problem("stay.companion_unknown", "companion")])
        if not lonely:
            return


def _list_of(one: Coming) -> tuple[datetime, str]:
    return one.at, one.hazard


def _as_given(number: int, coming: Mapping[int, Coming], numbers: list[int]) -> dict[str, Any]:
    one = coming[number]
    if one.stays_with is None:
        return as_row(one.guest)
    if one.stays_with not in coming:
        raise RowRefused(number, [Problem("stay.companion_unknown", "companion")])
    return {**as_row(one.guest), "companion": numbers.index(one.stays_with) + 1}


def _of_a_row(refused: Refused, numbers: list[int]) -> Exception:
    """The refusal of one row of a list, told by `people[3]`; any other stays as it is."""
    for problem in refused.problems:
        place, bracket, field = problem.field.removeprefix("people[").partition("]")
        if bracket and place.isdigit() and int(place) < len(numbers):
            return RowRefused(numbers[int(place)], [replace(problem, field=field.removeprefix(".") or "person.name")])
    return refused
