"""The place of the import bench (导入测量的场地): a province of classes with everybody on their rosters, by COPY."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

import psycopg
from django.db import connection

from lianfang.bench import import_people as made
from lianfang.interfaces.server.trouble import say
from lianfang.kernel import clock
from lianfang.kernel.crypto_together import blind_indexes_of
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units
from lianfang.kernel.people.models import Membership
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within

SINCE = date(2025, 9, 1)
_COPIED = """
CREATE TEMPORARY TABLE pupil (id uuid, name text, number_index bytea, birth_date date, code text) ON COMMIT DROP
"""
_PERSONS = """
INSERT INTO people_person (id, home_unit_id, name, sort_key, id_type, id_reason, number_sealed, number_index,
                           phone_sealed, birth_date, guardian_notice_at)
SELECT p.id, u.id, p.name, '', 'resident', '', '', p.number_index, '', p.birth_date, %s
  FROM pupil p JOIN orgs_unit u USING (code)
"""
_ROSTERS = """
INSERT INTO people_membership (id, unit_id, person_id, kind, number, employer, boards, since, entered_at)
SELECT gen_random_uuid(), u.id, p.id, 'learner', '', '', false, %s, %s FROM pupil p JOIN orgs_unit u USING (code)
"""
_FORGET = """
TRUNCATE reporting_answer, reporting_answerrevision, reporting_receipt, reporting_stale, reporting_tally,
         dues_due, audit_event, files_import
"""


def populate(codes: Sequence[str], *, schools: int, counties: int) -> None:
    """Make the classes with these codes, so many to a school and so many schools to a county, and their people."""
    with within(EVERYTHING):
        if Membership.objects.exists():
            return
        say(f"Entering {len(codes) * made.CLASS_SIZE:,} people …")
        _units(codes, schools, counties)
        _people(codes)
    _vacuum()


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET ROLE")


def _units(codes: Sequence[str], a_school: int, a_county: int) -> None:
    def unit(code: str, kind: str, parent: Unit | None, *, roster: bool = False) -> Unit:
        about = {"kind": kind, "parent": parent, "keeps_roster": roster, "reports": not roster}
        return Unit(code=code, name=f"单位{code}", opened_on=SINCE, **about)

    province = add_units([unit("P", "province", None)])[0]
    how_many = -(-len(codes) // (a_school * a_county))
    above = add_units([unit(f"N{n:03d}", "county", province) for n in range(how_many)])
    under = add_units([unit(f"S{n:04d}", "school", above[n // a_county]) for n in range(-(-len(codes) // a_school))])
    add_units([unit(code, "class", under[n // a_school], roster=True) for n, code in enumerate(codes)])


def _people(codes: Sequence[str]) -> None:
    people = list(made.pupils(codes))
    indexes = blind_indexes_of("id:resident", (one.number for one in people))
    rows = (
        (one.id, one.name, f"\\x{index.hex()}", one.number[6:14], one.code)
        for one, index in zip(people, indexes, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(_COPIED)
        with cursor.copy("COPY pupil FROM STDIN (FORMAT csv)") as copy:
            for piece in made.copied(rows):
                copy.write(piece)
        cursor.execute(_PERSONS, [SINCE])
        cursor.execute(_ROSTERS, [SINCE, datetime.combine(SINCE, time(8)).astimezone()])


def forget_answers(superuser: str) -> None:
    """Empty a place that was kept of what earlier runs imported, so that every row is new again."""
    with psycopg.connect(superuser, autocommit=True) as db:
        db.execute(_FORGET)


def open_days(days: Sequence[date]) -> None:
    """Dues and counters of these days, as the worker opens them."""
    with within(EVERYTHING), clock.at(datetime.combine(days[0], time(8)).astimezone()):
        for day in days:
            open_day(day)
            open_tallies(day)
    _vacuum()
