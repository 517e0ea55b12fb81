"""What is held and how fresh it is (已有数据与时效): counted over a sample spread over the units that would be asked.

Only counts leave this module, so it reads with the system's sight: an office that sees no people still learns that
their phones are held. It looks at `PLACES_LOOKED_AT` rosters and `SUBJECTS_LOOKED_AT` people or units at most, so that
a province is no slower than a county.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from lianfang.capabilities.burden.dictionary import ANSWER, FORM, REPORT, UNIT, DictionaryField, dictionary, fresh_days
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.forms import is_shipped
from lianfang.kernel.scope import EVERYTHING, within

PLACES_LOOKED_AT = 200
SUBJECTS_LOOKED_AT = 2_000

_UNDER = "((u.path >= %(low)s AND u.path < %(high)s) OR (u.sector_path >= %(low)s AND u.sector_path < %(high)s))"
_OPEN = f"{_UNDER} AND u.opened_on <= %(day)s AND (u.closed_on IS NULL OR u.closed_on >= %(day)s)"
_ON_ROSTER = "m.since <= %(day)s AND (m.until IS NULL OR m.until >= %(day)s)"
_PEOPLE = f"""
WITH places AS (
    SELECT u.id, u.zone_name FROM orgs_unit u
     WHERE {_OPEN} AND EXISTS (SELECT 1 FROM people_membership m WHERE m.unit_id = u.id AND {_ON_ROSTER})
     ORDER BY md5(u.id::text) LIMIT {PLACES_LOOKED_AT}
), asked AS (
    SELECT m.*, places.zone_name FROM people_membership m JOIN places ON places.id = m.unit_id
     WHERE {_ON_ROSTER} LIMIT {SUBJECTS_LOOKED_AT}
)"""
_UNITS = f"""
WITH asked AS (
    SELECT u.* FROM orgs_unit u WHERE {_OPEN} AND u.reports ORDER BY md5(u.id::text) LIMIT {SUBJECTS_LOOKED_AT}
)"""
_FROM_ROSTER = "FROM asked m JOIN people_person p ON p.id = m.person_id"
_FROM_ANSWERS = """
FROM asked m
LEFT JOIN LATERAL (
     SELECT max(a.day) FILTER (WHERE a.state <> 'unknown') AS state,
            max(a.day) FILTER (WHERE a.temperature IS NOT NULL) AS temperature,
            max(a.day) FILTER (WHERE cardinality(a.symptoms) > 0) AS symptoms,
            max(a.day) FILTER (WHERE a.health_code <> '') AS health_code,
            max(a.day) FILTER (WHERE a.test_sealed <> '') AS test
       FROM reporting_answer a WHERE a.person_id = m.person_id AND a.day <= %(day)s) a ON true
LEFT JOIN (
     SELECT r.unit_id, max(r.day) AS day FROM reporting_rollcall r
      WHERE r.unit_id IN (SELECT unit_id FROM asked) AND r.day <= %(day)s GROUP BY r.unit_id) r USING (unit_id)"""
_FROM_UNITS = """
FROM asked u
LEFT JOIN LATERAL (
     SELECT max(e.at AT TIME ZONE u.zone_name)::date AS changed FROM audit_event e
      WHERE e.subject = 'orgs.unit:' || u.id AND e.kind LIKE 'unit.%%') e ON true"""
_FROM_REPORTS = """
FROM asked u
LEFT JOIN LATERAL (
     SELECT {columns} FROM {table} r
      WHERE r.unit_id = u.id AND r.form = %(form)s AND r.current AND r.day <= %(day)s) r ON true"""
_FROM_PEOPLES_FORMS = """
FROM asked m
LEFT JOIN LATERAL (
     SELECT {columns} FROM burden_personfilling r
      WHERE r.person_id = m.person_id AND r.form = %(form)s AND r.current AND r.day <= %(day)s) r ON true"""
_ENTERED = "(m.entered_at AT TIME ZONE m.zone_name)::date"
_CHANGED = "greatest(u.opened_on, e.changed)"
_NOW = "%(day)s::date"  # the tree and a roster in force say what is true today
MOMENTS = {
    "person.name": f"CASE WHEN p.name <> '' THEN {_ENTERED} END",
    "person.id_type": f"CASE WHEN p.id_type <> 'none' THEN {_ENTERED} END",
    "person.id_number": f"CASE WHEN p.number_index IS NOT NULL THEN {_ENTERED} END",
    "person.phone": f"CASE WHEN p.phone_index IS NOT NULL THEN {_ENTERED} END",
    "person.birth_date": f"CASE WHEN p.birth_date IS NOT NULL THEN {_ENTERED} END",
    "person.guardian": "(SELECT max(g.confirmed_at AT TIME ZONE m.zone_name)::date FROM people_guardianship g"
    " WHERE g.ward_id = m.person_id AND g.until IS NULL)",
    "roster.unit": _NOW,
    "roster.kind": _NOW,
    "roster.number": f"CASE WHEN m.number <> '' THEN {_NOW} END",
    "roster.employer": f"CASE WHEN m.employer <> '' THEN {_NOW} END",
    "roster.since": _NOW,
    "answer.state": "greatest(a.state, r.day)",
    "answer.temperature": "a.temperature",
    "answer.symptoms": "a.symptoms",
    "answer.health_code": "a.health_code",
    "answer.test": "a.test",
    "unit.name": _NOW,
    "unit.code": _NOW,
    "unit.kind": _NOW,
    "unit.superior": f"CASE WHEN u.parent_id IS NOT NULL THEN {_NOW} END",
    "unit.phone": f"CASE WHEN u.phone <> '' THEN {_CHANGED} END",
}
"""When what is held of a subject was last given, as SQL over its source; NULL when nothing is held."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How far a field is held: subjects looked at, with a value, with a fresh one; the newest; days of freshness."""

    field: DictionaryField
    subjects: int
    held: int
    fresh: int
    newest: date | None
    days: int

    @property
    def is_known(self) -> bool:
        """Whether asking everybody would ask what is known: somebody's value is fresh, or a form asks it just now."""
        return self.fresh > 0 or (self.field.collected and not self.held)


def holdings(unit: Unit, day: date, keys: Iterable[str] | None = None) -> dict[str, Holding]:
    """By key, what is held of the people and units under `unit` on `day`; of all fields, or of these."""
    known = dictionary(day)
    wanted = list(known.values()) if keys is None else [known[key] for key in dict.fromkeys(keys) if key in known]
    policy = policy_of(unit, on=day)
    days = {one.key: fresh_days(one.key, policy) for one in wanted}
    low, high = below(unit.path)
    place = {"low": low, "high": high, "day": day}
    with within(EVERYTHING):
        counted = [found for source in _sources(wanted) for found in _counted(source, days, place)]
    return {one.field.key: one for one in counted}


@dataclass(frozen=True, slots=True)
class _Source:
    fields: Sequence[DictionaryField]
    asked: str
    rows: str
    moments: Sequence[str]
    parameters: dict[str, Any]


def _sources(wanted: Sequence[DictionaryField]) -> Iterator[_Source]:
    """One question to the database for each place where fields are held."""
    simple = (
        (_PEOPLE, _FROM_ROSTER, ("person", "roster")),
        (_PEOPLE, _FROM_ANSWERS, (ANSWER,)),
        (_UNITS, _FROM_UNITS, (UNIT,)),
    )
    for asked, rows, groups in simple:
        fields = [one for one in wanted if one.group in groups]
        yield _Source(fields, asked, rows, [MOMENTS[one.key] for one in fields], {})
    yield from _of_forms([one for one in wanted if one.group in (REPORT, FORM)])


def _of_forms(wanted: Sequence[DictionaryField]) -> Iterator[_Source]:
    """What units give in daily reports and forms, and people in forms."""
    for group, form in dict.fromkeys((one.group, one.key.split(".")[1]) for one in wanted):
        fields = [one for one in wanted if one.key.split(".")[:2] == [group, form]]
        given = _given(group, form)
        columns = ", ".join(f"max({given}) FILTER (WHERE r.values ? %(item{n})s) AS m{n}" for n, _ in enumerate(fields))
        items = {f"item{n}": one.name for n, one in enumerate(fields)}
        moments = [f"r.m{n}" for n, _ in enumerate(fields)]
        asked = _PEOPLE if group == FORM else _UNITS
        yield _Source(fields, asked, _rows(group, form, columns), moments, {"form": form, **items})


def _given(group: str, form: str) -> str:
    """The day on which it was given: a report stands for its own day, a form for a period in which it came."""
    if group == REPORT and is_shipped(form):
        return "r.day"
    return f"(r.filled_at AT TIME ZONE {'m' if group == FORM else 'u'}.zone_name)::date"


def _rows(group: str, form: str, columns: str) -> str:
    if group == FORM:
        return _FROM_PEOPLES_FORMS.format(columns=columns)
    table = "reporting_unitreport" if is_shipped(form) else "burden_unitfilling"
    return _FROM_REPORTS.format(columns=columns, table=table)


def _counted(source: _Source, days: dict[str, int], place: dict[str, Any]) -> Iterator[Holding]:
    if not source.fields:
        return
    moments = ", ".join(f"{moment} AS t{n}" for n, moment in enumerate(source.moments))
    counts = ", ".join(
        f"count(t{n}), count(t{n}) FILTER (WHERE t{n} >= %(since{n})s), max(t{n})" for n, _ in enumerate(source.fields)
    )
    since = {f"since{n}": place["day"] - timedelta(days=days[one.key]) for n, one in enumerate(source.fields)}
    question = f"{source.asked} SELECT count(*), {counts} FROM (SELECT {moments} {source.rows}) found"
    with connection.cursor() as cursor:
        cursor.execute(question, {**place, **source.parameters, **since})
        subjects, *found = cursor.fetchone()
    for n, one in enumerate(source.fields):
        held, fresh, newest = found[3 * n : 3 * n + 3]
        yield Holding(one, subjects, held, fresh, newest, days[one.key])
