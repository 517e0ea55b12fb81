"""What may be done about risk areas (风险地区管理): publish a version of the list, record where somebody stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from lianfang.capabilities.risk_areas.models import LEVELS, MEDIUM, NAME, SOURCES, Area, AreaList, Sojourn
from lianfang.domain.areas import AREA_CODE, check_area
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.shapes import Entry, Member, among, up_to

KEEPERS = (Role.OFFICER, Role.ADMINISTRATOR)
RECORDERS = (Role.CLASS_HEAD, Role.SCREENER, Role.DOCTOR, Role.DUTY_OFFICER)
MOST_AREAS = 2_000  # there are about 2,850 counties in all; a list with more is a mistake
PROVINCE = 2  # digits of an area code that name the province
AREA = Entry(
    {
        "code": Member(str, "510100", owed=True, more={"pattern": f"^{AREA_CODE.pattern}$"}),
        "name": Member(str, "某市", owed=True, more=up_to(NAME)),
        "name_en": Member(str, "A city", more=up_to(NAME)),
        "level": Member(str, MEDIUM, owed=True, more=among(dict(LEVELS))),
    }
)
MEMBERS = tuple(AREA.members)
ToldArea = Annotated[Mapping[str, Any], AREA]


@action("areas.published", by=KEEPERS, over="unit", facts=("unit", "basis"))
def publish_areas(
    by: Actor, *, unit: Unit, entries: Sequence[ToldArea], basis: str, since: datetime | None = None
) -> AreaList:
    """Publish the whole list of risk areas in force from a moment, now at the latest; it replaces the one before."""
    now = clock.now()
    moment = since or now
    if moment > now:
        raise Refused("date.in_future", "since")
    if not basis.strip():
        raise Refused("basis.required", "basis")
    areas = _areas(entries)
    before = AreaList.objects.select_for_update(of=("self",)).filter(unit=unit, until__isnull=True).first()
    if before is not None:
        _end(before, moment)
    version = before.version + 1 if before else 1
    published = store(
        AreaList(unit=unit, version=version, basis=basis, since=moment, published_at=now, published_by=by.name[:60])
    )
    english = _english(before)
    for one in areas:
        one["name_en"] = one["name_en"] or english.get((one["code"], one["name"]), "")
    Area.objects.bulk_create(Area(unit=unit, listed=published, **one) for one in areas)
    return published


def _english(before: AreaList | None) -> dict[tuple[str, str], str]:
    """The English names of the list before, by code and name: whoever goes on with an area need not say it again."""
    return {(one.code, one.name): one.name_en for one in Area.objects.filter(listed=before)} if before else {}


def _end(before: AreaList, at: datetime) -> None:
    if at < before.since:
        raise Refused("cross.order", "since", earlier=f"{before.since:%Y-%m-%d %H:%M}")
    before.until = at
    store(before)


def _areas(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The entries as rows; refused once with every problem, by its place (`entries[2].code`)."""
    if len(entries) > MOST_AREAS:
        raise Refused("limit", "entries", high=MOST_AREAS)
    found, rows = Findings(), list[dict[str, str]]()
    for number, entry in enumerate(entries):
        place = f"entries[{number}]"
        row = {name: str(entry.get(name) or "").strip() for name in MEMBERS}
        _look(found, place, entry, row)
        if row["code"] in {one["code"] for one in rows}:
            found.problem("choice.duplicate", f"{place}.code")
        rows.append(row | {"prefix": prefix_of(row["code"])})
    found.close()
    return rows


def _look(found: Findings, place: str, entry: Mapping[str, Any], row: Mapping[str, str]) -> None:
    for name in set(entry) - set(MEMBERS):
        found.problem("field.unknown", f"{place}.{name[:40]}")
    if not AREA_CODE.fullmatch(row["code"]):
        found.problem("area.code", f"{place}.code")
    if not row["name"] or max(len(row["name"]), len(row["name_en"])) > NAME:
        found.problem("required" if not row["name"] else "limit", f"{place}.name")
    if row["level"] not in dict(LEVELS):
        found.problem("choice.unknown", f"{place}.level")


def prefix_of(code: str) -> str:
    """What the codes of everything within an area begin with: 510100 is 5101, 510104 itself."""
    while len(code) > PROVINCE and code.endswith("00"):
        code = code[:-2]
    return code


def check_stay(area: str, since: date, until: date | None, source: str, *, today: date) -> None:
    """Refuse a stay in no area that can be, one that begins after today or ends before it begins, or of no source."""
    check_area(area)
    if since > today:
        raise Refused("date.in_future", "since")
    if until is not None and until < since:
        raise Refused("cross.order", "until", earlier=str(since))
    if source not in dict(SOURCES):
        raise Refused("choice.unknown", "source", given=source[:40])


@action("sojourn.recorded", by=RECORDERS, over="unit", oneself=True, facts=("unit", "source"))
def record_sojourn(
    by: Actor, *, unit: Unit, person: Person, area: str, since: date, until: date | None = None,
    source: str = "declared",
) -> Sojourn:  # fmt: skip
    """Record where somebody stayed, from which day until which day (empty: still there)."""
    check_stay(area, since, until, source, today=clock.today(unit.zone))
    return store(
        Sojourn(
            unit=unit, person=person, area=area, since=since, until=until, source=source, entered_at=clock.now(),
            entered_by=by.name[:60],
        )
    )  # fmt: skip


@action("sojourn.refuted", by=RECORDERS, over="sojourn", facts=("sojourn",))
def refute_sojourn(by: Actor, *, sojourn: Sojourn, reason: str) -> Sojourn:
    """Say that a recorded stay was wrong; it stays on record, and nothing follows from it any more."""
    if not reason.strip():
        raise Refused("required", "reason")
    held = Sojourn.objects.select_for_update(of=("self",)).get(pk=sojourn.pk)
    if held.refuted_at is not None:
        raise Refused("flow.condition", "sojourn")
    held.refuted_at, held.refuted_because = clock.now(), reason
    return store(held)
