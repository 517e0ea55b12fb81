"""What a wall reads beside reports (大屏历史): answers that say ill, observation, cases and incidents, all by SQL.

They follow from what `board_days` wrote: whoever its counters call unwell answers so here.
"""

from __future__ import annotations

from typing import Final

import psycopg

_IS_FILLED: Final = "SELECT to_regclass('bench_wall_filled') IS NOT NULL"
_ANSWERS: Final = """
INSERT INTO reporting_answer (unit_id, day, slot, person_id, revision, state, symptoms, fever, health_code, test_sealed,
       note, mode, form_version, received_at, on_time, automated, reason)
SELECT t.unit_id, t.day, 'am', gen_random_uuid(), 1, 'unwell', '{cough}', n <= t.fever, '', '', '', 'self', 1,
       t.day + time '08:00', true, false, ''
  FROM reporting_tally t CROSS JOIN LATERAL generate_series(1, t.unwell) n
"""
# Two in a thousand of a day's answers; each for a fortnight, at a site, at home or on campus.
_STATUSES: Final = """
INSERT INTO statuses_status (id, unit_id, person_id, kind, value, rule, edition, facts, reason, since, until, about,
       given_at, given_by, ended_by, ended_because)
SELECT gen_random_uuid(), t.unit_id, gen_random_uuid(),
       (ARRAY['observation', 'home', 'isolation'])[1 + (t.unit_id + n) % 3], 'bench', 'bench', 'bench', '{}', '',
       t.day + time '09:00', t.day + 14 + time '09:00', '', t.day + time '09:00', 'bench', '', ''
  FROM reporting_tally t CROSS JOIN generate_series(1, 1) n WHERE (hashtext(t.unit_id || '/' || t.day) & 1023) < 2
"""
_CASES: Final = """
INSERT INTO cases_case (id, unit_id, person_id, number, definition, edition, source, classification, state, date_onset,
       date_reporting, reported_at, outcome, told, note)
SELECT gen_random_uuid(), t.unit_id, gen_random_uuid(), extract(doy FROM t.day)::int, 'fever_respiratory', 'bench',
       'report', 'confirmed', 'open', t.day - (t.unit_id % 5)::int, t.day, t.day + time '10:00', '', '[]', ''
  FROM reporting_tally t WHERE (hashtext(t.day || '/' || t.unit_id) & 4095) < 1
"""
_INCIDENTS: Final = """
INSERT INTO incidents_incident (id, unit_id, kind, "where", note, severity, state, clocked, limit_seconds, detected_at,
       received_at, trusted, reporter, key, runbook, runbook_version, steps, situation, objectives, map_text, cause,
       outcome, closed_by)
SELECT gen_random_uuid(), u.id, 'illness', '', '', '', 'open', true, 600,
       l.last + time '17:55' + interval '1 second' * (u.id % 600), now(), true, 'bench', '', '', '', '[]', '', '', '',
       '', '', ''
  FROM orgs_unit u, (SELECT max(day) AS last FROM reporting_tally) l
 WHERE u.kind = 'school' ORDER BY hashint8(u.id) LIMIT 60
"""


def fill(url: str) -> None:
    """Write all of it once, as the superuser of a database that `board_days` filled."""
    with psycopg.connect(url, autocommit=True) as db:
        if db.execute(_IS_FILLED).fetchall()[0][0]:
            return
        db.execute("SET synchronous_commit = off")
        db.execute("SET session_replication_role = replica")  # the people behind it are not loaded
        db.execute("SET timezone = 'Asia/Shanghai'")
        for statement in (_ANSWERS, _STATUSES, _CASES, _INCIDENTS):
            db.execute(statement)
        db.execute("CREATE TABLE bench_wall_filled ()")
        db.execute("VACUUM ANALYZE reporting_answer")
        db.execute("ANALYZE statuses_status, cases_case, incidents_incident")
