"""A province with days behind it (测试省份的历史): units by COPY, then dues, counters and signed reports by SQL.

People are not loaded: the counters of a class hold how many it has. What a day brings follows from unit and day alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import psycopg

from lianfang.demo.population import Scale, UnitSeed, province

HISTORY_DAYS: Final = 60
CHECKED_DAYS: Final = 7
"""Class checks are loaded for the days that a board's strip shows: they are half of all rows, and it reads no more."""
_OFFICES = "('province', 'prefecture', 'city', 'county', 'sector')"
_UNIT = (
    "id, code, name, name_en, kind, parent_id, path, sector_parent_id, sector_path, reports, keeps_roster,"
    " opened_on, zone_name, phone"
)
# A number from 0 to 999 that follows from the unit and the day.
_LOT = "(hashtext(u.id || '/' || %(day)s::date) & 1048575) %% 1000"
_SETTLED = f"""
CASE WHEN {_LOT} < %(missing)s THEN NULL
     WHEN {_LOT} < %(missing)s + 30 THEN %(day)s::date + time '18:10' + interval '1 second' * (u.id %% 3000)
     ELSE %(day)s::date + time '08:00' + interval '1 second' * (u.id %% 7200) END AT TIME ZONE 'Asia/Shanghai'
"""


def _at(time: str) -> str:
    return f"(%(day)s::date + time '{time}') AT TIME ZONE 'Asia/Shanghai'"


_DUES = f"""
INSERT INTO dues_due (unit_id, path, sector_path, kind, day, slot, line, recipient_id, source, opens_at, remind_at,
       due_at, escalate_at, closes_at, settled_at, settled_by, zero, returned_at, excused, explained, nudges)
SELECT u.id, u.path, u.sector_path, k.kind, %(day)s, k.slot, k.line, k.recipient, u.kind NOT IN {_OFFICES},
       {_at("06:00")}, {_at("16:00")}, {_at("16:30")}, {_at("17:30")}, {_at("23:59")} + interval '3 days',
       {_SETTLED}, '',
       {_LOT} %% 3 = 0 AND {_LOT} >= %(missing)s, NULL, '', '', 0
  FROM orgs_unit u CROSS JOIN LATERAL (
       SELECT 'report' AS kind, '' AS slot, 'territory' AS line, u.parent_id AS recipient WHERE u.reports
       UNION ALL SELECT 'report', '', 'sector', u.sector_parent_id WHERE u.reports AND u.sector_parent_id IS NOT NULL
       UNION ALL SELECT 'roll_call', 'am', 'territory', u.parent_id WHERE u.keeps_roster AND %(checks)s) k
 ORDER BY u.path
"""
_TALLIES = f"""
INSERT INTO reporting_tally (unit_id, path, sector_path, day, slot, rostered, excused, answered, on_time, well, unwell,
       fever, by_self, by_proxy, by_roll_call, by_phone, by_import, by_api)
SELECT u.id, u.path, u.sector_path, %(day)s, 'am', b.people, 1, n.answered, n.answered, n.answered - n.unwell,
       n.unwell, n.unwell / 2, n.answered / 4, 0, n.answered - n.answered / 4, 0, 0, 0
  FROM orgs_unit u JOIN bench_people b ON b.unit_id = u.id
 CROSS JOIN LATERAL (SELECT CASE WHEN {_LOT} < %(missing)s THEN 0 ELSE b.people - 1 END AS answered,
                            CASE WHEN {_LOT} > 990 AND b.people > 3 THEN 2 ELSE 0 END AS unwell) n
 ORDER BY u.path
"""
_REPORTS = f"""
INSERT INTO reporting_unitreport (unit_id, path, sector_path, form, form_version, day, revision, current,
       nothing_to_report, values, children, remark, reason, mode, signer, received_at, on_time, receipt, hash,
       returned_by, return_reason)
SELECT u.id, u.path, u.sector_path, 'daily_counts', 3, %(day)s, 1, true, false,
       jsonb_build_object('expected', 400 + u.id %% 300, 'present', 390 + u.id %% 300, 'absent', 10, 'fever', u.id %% 3,
                          'isolated', u.id %% 2),
       '{{}}', '', '', 'self', 'bench', ({_SETTLED}), true, gen_random_uuid(), md5(u.id::text), '', ''
  FROM orgs_unit u WHERE u.reports AND u.kind NOT IN {_OFFICES} AND {_LOT} >= %(missing)s ORDER BY u.path
"""


def is_filled(url: str) -> bool:
    """Whether a kept place has been filled to the end."""
    with psycopg.connect(url) as db:
        return bool(db.execute("SELECT to_regclass('bench_filled') IS NOT NULL").fetchall()[0][0])


def fill(url: str, scale: Scale, last: date, *, days: int = HISTORY_DAYS) -> None:
    """Fill an empty migrated database, as its superuser. The last day is under way: an eighth is still missing."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SET synchronous_commit = off")
        db.execute("SET session_replication_role = replica")  # what is written here refers to what is written here
        _write_units(db, scale)
        indexes = _without_indexes(db)
        for back in range(days - 1, -1, -1):
            _write_day(db, last - timedelta(days=back), missing=125 if back == 0 else 5, checks=back < CHECKED_DAYS)
        for statement in indexes:
            db.execute(statement)
        db.execute("CREATE TABLE bench_filled ()")
        db.execute("VACUUM ANALYZE")


def _write_units(db: psycopg.Connection[Any], scale: Scale) -> None:
    db.execute("CREATE TABLE bench_people (unit_id bigint PRIMARY KEY, people int NOT NULL)")
    people = []
    with db.cursor() as cursor, cursor.copy(f"COPY orgs_unit ({_UNIT}) FROM STDIN") as copy:
        for number, head_count, row in _unit_rows(province(scale).units()):
            copy.write_row(row)
            if head_count:
                people.append((number, head_count))
    with db.cursor() as cursor, cursor.copy("COPY bench_people FROM STDIN") as copy:
        for pair in people:
            copy.write_row(pair)
    db.execute("SELECT setval('orgs_unit_id_seq', (SELECT max(id) FROM orgs_unit))")
    db.execute("ANALYZE orgs_unit")


def _unit_rows(seeds: Iterator[UnitSeed]) -> Iterator[tuple[int, int, tuple[Any, ...]]]:
    """Number, people and row of each unit; superiors come first."""
    known: dict[str | None, tuple[int | None, str]] = {None: (None, "")}
    for number, seed in enumerate(seeds, start=1):
        (parent, path), (sector, sector_path) = known[seed.parent], known[seed.sector_parent]
        own, by_sector = f"{path}{number}/", f"{sector_path}{number}/" if sector else ""
        if seed.kind != "class":
            known[seed.code] = (number, own)
        reports = seed.reports or seed.kind in ("province", "prefecture", "county")
        row = (
            number, seed.code, seed.name_zh, seed.name_en, seed.kind_in_tree, parent, own, sector, by_sector, reports,
            seed.keeps_roster, seed.opened_on, "Asia/Shanghai", "",
        )  # fmt: skip
        yield number, seed.learners + seed.staff, row


def _write_day(db: psycopg.Connection[Any], day: date, *, missing: int, checks: bool) -> None:
    for statement in (_DUES, _TALLIES, _REPORTS):
        db.execute(statement, {"day": day, "missing": missing, "checks": checks})


def _without_indexes(db: psycopg.Connection[Any]) -> list[str]:
    """Drop what can be built faster afterwards; the statements that build it."""
    found = db.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename IN ('dues_due', 'reporting_tally', 'reporting_unitreport')"
        " AND indexdef NOT LIKE '%UNIQUE%'"
    ).fetchall()
    for name, _ in found:
        db.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]
