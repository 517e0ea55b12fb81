"""The cross table at full scale (全省交叉表): 25,000 units x 30 days of forms, written by SQL, divided in 3 s."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter

import pytest
from django.db import connection

from lianfang.capabilities.burden.cross import CrossTable, cross
from lianfang.capabilities.burden.models import FormField, RegisteredForm
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.proof]
FIRST, DAYS, UNITS, PREFECTURES, COUNTIES = date(2026, 2, 1), 30, 25_000, 21, 183
CHANGED, SILENT = 15, 97  # version 2 from that day on; every 97th form is missing, every 10th blank
SECONDS = 3.0
TREE = """
INSERT INTO orgs_unit (id, code, name, name_en, kind, parent_id, path, sector_path, reports, keeps_roster, opened_on,
                       zone_name, phone)
SELECT %(first)s + n, %(letter)s || n, %(letter)s || n, '', {kind}, p.id, p.path || (%(first)s + n) || '/', '', true,
       false, '2020-01-01', 'Asia/Shanghai', ''
  FROM generate_series(0, %(many)s - 1) n
  JOIN orgs_unit p ON p.id = %(above)s + n %% %(superiors)s
"""
FILLED = """
INSERT INTO burden_unitfilling (unit_id, form, day, revision, version, current, values, held, reason, filled_by,
                                filled_at, receipt, on_time, path, sector_path)
SELECT u.id, 'readiness', day::date, 1, CASE WHEN n < %(changed)s THEN 1 ELSE 2 END, true,
       jsonb_build_object('name', u.name, 'kind', u.kind, 'pupils', 400 + n, 'phone', '0000-1234', 'beds', 4,
                          'masks', (ARRAY['enough', 'short'])[1 + u.id %% 2], 'area', '12.50')
       || CASE WHEN u.id %% 10 = 0 THEN '{}'::jsonb ELSE '{"beds_used": 1}'::jsonb END
       || CASE WHEN n < %(changed)s THEN '{}'::jsonb ELSE '{"nurses": 2}'::jsonb END,
       '["name", "kind", "pupils", "phone"]', '', 'duty', day, gen_random_uuid(), true, u.path, ''
  FROM orgs_unit u, generate_series(0, %(days)s - 1) n, LATERAL (SELECT %(first)s::date + n AS day) d
 WHERE u.kind IN ('school', 'kindergarten') AND (u.id + n) %% %(silent)s <> 0
"""
OWED = """
INSERT INTO dues_due (unit_id, path, sector_path, kind, day, slot, line, recipient_id, source, opens_at, remind_at,
                      due_at, escalate_at, closes_at, settled_at, settled_by, zero, excused, explained, nudges)
SELECT u.id, u.path, '', 'form', day, '1', 'asked', %(root)s, true, day, day, day, day, day,
       CASE WHEN (u.id + n) %% %(silent)s <> 0 THEN day END, '', false, '', '', 0
  FROM orgs_unit u, generate_series(0, %(days)s - 1) n, LATERAL (SELECT %(first)s::date + n AS day) d
 WHERE u.kind IN ('school', 'kindergarten')
"""


def written() -> tuple[Unit, RegisteredForm]:
    """The tree, the form in two versions, and its 750,000 forms less those that are missing."""
    root = make.root("P", "province")
    with within(EVERYTHING), connection.cursor() as cursor:
        begin = {"prefecture": 1_000, "county": 2_000, "school": 10_000}
        for letter, kind, many, above, superiors in (
            ("F", "prefecture", PREFECTURES, root.pk, 1), ("C", "county", COUNTIES, 1_000, PREFECTURES),
            ("S", "school", UNITS, 2_000, COUNTIES),
        ):  # fmt: skip
            named = f"'{kind}'" if kind != "school" else "CASE WHEN n % 3 = 0 THEN 'kindergarten' ELSE 'school' END"
            places = {"first": begin[kind], "letter": letter, "many": many, "above": above, "superiors": superiors}
            cursor.execute(TREE.format(kind=named.replace("%", "%%")), places)
        days = {"first": FIRST, "days": DAYS, "silent": SILENT, "changed": CHANGED, "root": root.pk}
        cursor.execute(FILLED, days)
        cursor.execute(OWED, days)
        form = [_form(root, version) for version in (1, 2)][-1]
    return root, form


def _form(root: Unit, version: int) -> RegisteredForm:
    at = clock.now()
    form = RegisteredForm.objects.create(
        unit=root, code="readiness", version=version, number=1, begins_on=FIRST, title="开学准备表", purpose="x",
        answered_by="units", frequency="daily", seconds=30, state="published" if version > 1 else "replaced",
        proposed_by="x", proposed_at=at, published_at=at,
    )  # fmt: skip
    kinds = {"pupils": "count", "beds": "count", "beds_used": "count", "masks": "choice", "area": "measure"}
    for n, (code, kind) in enumerate({**kinds, **({"nurses": "count"} if version > 1 else {})}.items()):
        choices = [{"code": one, "zh": one, "en": one} for one in ("enough", "short")] if kind == "choice" else []
        FormField.objects.create(unit=root, form=form, position=n, code=code, zh=code, kind=kind, choices=choices)
    return form


def test_E03_a_cross_table_over_a_province_and_30_days_answers_in_three_seconds(capsys: pytest.CaptureFixture[str]):
    root, form = written()
    until, took = FIRST + timedelta(days=DAYS - 1), {}
    asked = (("prefecture", "kind", "beds_used"), ("prefecture", "kind", "nurses"), ("county", "day", "area"),
             ("prefecture", "kind", ""), ("masks", "day", "beds"), ("masks", "county", "pupils"))  # fmt: skip
    found: dict[tuple[str, str, str], CrossTable] = {}
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE; ANALYZE burden_unitfilling; ANALYZE dues_due; ANALYZE orgs_unit")
    for rows, columns, summed in asked:
        with within(EVERYTHING):
            begun = perf_counter()
            found[rows, columns, summed] = cross(form, root, FIRST, until, rows=rows, columns=columns, summed=summed)
            took[f"{rows} x {columns} of {summed or 'forms'}"] = perf_counter() - begun
    with capsys.disabled():
        print("\n" + "\n".join(f"{name}: {seconds:.2f} s" for name, seconds in took.items()))
    total = found[asked[0]].total
    assert total.filled + total.missing == UNITS * DAYS and total.missing == (UNITS * DAYS - total.filled) > 0
    assert total.given + total.unknown == total.filled and total.value == Decimal(total.given)
    nurses = found[asked[1]].total
    assert (
        nurses.not_asked > 0 and nurses.value == 2 * nurses.given and nurses.given + nurses.not_asked == nurses.filled
    )
    assert len(found[asked[0]].row_keys) == PREFECTURES and found[asked[0]].column_keys == ("kindergarten", "school")
    assert max(took.values()) <= SECONDS
