"""CSV worded by the database (批量导出) is, byte for byte, what the writer of single rows would have written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.copying import copy_rows, statement
from lianfang.interfaces.exchange.exports import cells, write_rows
from lianfang.interfaces.exchange.writing import Kind, open_writer
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.registers.register import Column, registers
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.lists import school
from tests.interfaces.made_up import NASTY, filled, without_checks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]

BOTH: tuple[Kind, ...] = ("csv", "ndjson")
SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDED = {
    "amenities", "area-lists", "areas", "briefings", "class-checks",
    "class-learners", "class-orders", "class-places", "classes",
    "contact-attempts", "dues", "events", "feedback", "follow-ups", "handed-copies",
    "imports", "items", "layouts", "leave", "meals-taken", "milestones", "packs", "recalls", "receipts",
    "recipients", "reports", "requests", "responsible", "roles", "rules", "screeners", "site-rooms", "sites",
    "sittings", "sojourns", "spots", "sweeps", "teams", "trips", "unit-reports", "units", "zone-disinfections",
    "zones",
}  # fmt: skip
"""Registers whose every column the database has; the others hold sealed numbers, or words only Python knows."""
CHOSEN = {"follow-ups", "quality"}
"""Registers of rows in one state only, which a made-up row is not in, or of units that have reported."""
TEXTS = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("=+-@\t\r\n\" ,'\u200b　＝\x85\x1f"),
    max_size=12,
)
FIGURES = (
    st.none() | st.integers(-(10**20), 10**20) | st.booleans() | TEXTS | st.decimals(-1000, 1000, places=2).map(float)
)
INSIDE = st.recursive(
    FIGURES, lambda one: st.lists(one, max_size=3) | st.dictionaries(TEXTS, one, max_size=3), max_leaves=6
)
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9998, 12, 30), timezones=st.just(UTC))
DAYS = st.dates(date(1, 1, 3), date(9998, 12, 30))


def by_python(rows: models.QuerySet[Any], columns: list[Column], zone: Any = SHANGHAI, kind: Kind = "csv") -> bytes:
    out = io.BytesIO()
    with open_writer(kind, out, [one.name for one in columns]) as writer:
        start = out.tell()
        for row in rows.iterator(chunk_size=100):
            writer.row(cells(row, columns, kind, zone))
    return out.getvalue()[start:]


def by_database(
    rows: models.QuerySet[Any], columns: list[Column], zone: Any = SHANGHAI, kind: Kind = "csv"
) -> bytes | None:
    out = io.BytesIO()
    count = copy_rows(rows, columns, zone, out, members=[one.name for one in columns] if kind == "ndjson" else ())
    assert count is None or count == rows.count()
    return None if count is None else out.getvalue()


class Sample(models.Model):
    """A table that holds everything at once: no register of the product does."""

    text = models.TextField(null=True)  # noqa: DJ001  tables of others may hold it
    chosen = models.CharField(max_length=40, choices=[("a", "A"), ("b", "B"), ("=c", "C")])
    whole = models.BigIntegerField(null=True)
    exact = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    yes = models.BooleanField(null=True)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    hour = models.TimeField(null=True)
    number = models.UUIDField(null=True)
    several = ArrayField(models.TextField(null=True), null=True)
    figures = models.JSONField(null=True)

    class Meta:
        app_label = "files"
        managed = False
        db_table = "sample_of_all_kinds"


NAMES = ["text", "chosen", "whole", "exact", "yes", "day", "moment", "hour", "number", "several", "figures"]
COLUMNS = [Column(name, name, lambda row, name=name: getattr(row, name), source=name) for name in NAMES]
ROWS = st.builds(
    Sample,
    text=st.none() | TEXTS,
    chosen=st.sampled_from(["a", "b", "=c", "", "\t"]),
    whole=st.none() | st.integers(-(2**63), 2**63 - 1),
    exact=st.none() | st.decimals(-(10**7), 10**7, places=4),
    yes=st.none() | st.booleans(),
    day=st.none() | DAYS,
    moment=st.none() | MOMENTS,
    hour=st.none() | st.times(),
    number=st.none() | st.uuids(),
    several=st.none() | st.lists(st.none() | TEXTS, max_size=3),
    figures=FIGURES | st.lists(FIGURES, max_size=3) | st.dictionaries(TEXTS, INSIDE, max_size=3),
)


@pytest.fixture
def samples(db: None) -> Iterator[None]:
    with within(EVERYTHING):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        with connection.schema_editor() as editor:
            Sample._meta.managed = True
            editor.create_model(Sample)
        yield


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(found=st.lists(ROWS, min_size=1, max_size=6), zone=st.sampled_from(["Asia/Shanghai", "America/St_Johns", "UTC"]))
def test_every_kind_of_value_is_worded_alike(samples: None, found: list[Sample], zone: str) -> None:
    Sample.objects.all().delete()
    for row in found:
        row.pk = None
    Sample.objects.bulk_create(found)
    rows = Sample.objects.order_by("pk")
    for kind in BOTH:
        assert by_database(rows, COLUMNS, ZoneInfo(zone), kind) == by_python(rows, COLUMNS, ZoneInfo(zone), kind)


@pytest.mark.parametrize("name", sorted(set(registers) - CHOSEN))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_register_is_worded_alike_by_whoever_words_it(name: str, language: str) -> None:
    school(), make.account(Unit.objects.get(code="S1"), "administrator"), make.member(Unit.objects.get(code="S1-K1"))
    register = registers[name]
    with within(EVERYTHING), override(language):
        unit = Unit.objects.get(code="S1")
        without_checks(register.model)
        many = [filled(register.model, n, unit) for n in range(1, 80)]
        register.model._default_manager.bulk_create(many, ignore_conflicts=True)
        rows = register.chosen(SYSTEM, {})
        assert rows.count() > 20
        for kind in BOTH:
            found = by_database(rows, register.columns, SHANGHAI, kind)
            assert (found is None) == (name not in WORDED)
            assert found in (None, by_python(rows, register.columns, SHANGHAI, kind))


def test_the_database_words_only_what_the_sender_may_see() -> None:
    school(), make.root("S9", "school")
    admin = make.actor(Unit.objects.get(code="S1"), "administrator")
    with make.acting(admin):
        # The register's own condition is left away: row-level security must do alone.
        copied = by_database(Membership.objects.order_by("pk"), registers["leave"].columns[1:2])
    assert copied == b""
    make.member(Unit.objects.get(code="S1-K1")), make.member(Unit.objects.get(code="S9"))
    with make.acting(admin):
        assert by_database(Membership.objects.order_by("pk"), registers["leave"].columns[1:2]) == b"S1-K1\r\n"


def test_rows_that_can_be_none_make_an_empty_file() -> None:
    assert by_database(Unit.objects.none(), registers["units"].columns) == b""


def test_a_column_or_a_zone_known_to_python_only_is_left_to_python() -> None:
    school()
    with within(EVERYTHING):
        rows, columns = Unit.objects.order_by("code"), registers["units"].columns
        assert statement(rows, [*columns, Column("more", "more", len)], SHANGHAI) is None
        assert statement(rows, columns, UTC) is None
        assert statement(rows, columns, SHANGHAI) is not None


class Full(io.RawIOBase):
    """A disk with room for a little."""

    def writable(self) -> bool:
        return True

    def write(self, _: Any) -> int:
        raise OSError("no space left on device")


def test_when_the_file_cannot_take_more_the_database_stops_and_can_be_asked_again() -> None:
    school()
    with within(EVERYTHING), pytest.raises(OSError, match="no space"):
        copy_rows(Unit.objects.order_by("code"), registers["units"].columns, SHANGHAI, Full())  # type: ignore[arg-type]
    with within(EVERYTHING):
        assert Unit.objects.count() == 3


def test_a_workbook_never_loses_rows_at_the_end_of_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    school(classes=3)
    monkeypatch.setattr("lianfang.interfaces.exchange.exports.ROWS_OF_A_SHEET", 4)
    with within(EVERYTHING), pytest.raises(Refused, match=r"file\.too_large") as refused:
        write_rows(Unit.objects.order_by("code"), registers["units"].columns, "xlsx", io.BytesIO(), SHANGHAI,
                   heads=["x"], sheet="units")  # fmt: skip
    assert refused.value.problems[0].facts == {"most_rows": 3, "instead": "CSV"}


def test_a_long_workbook_holds_what_a_short_one_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    school()
    with within(EVERYTHING):
        unit, register = Unit.objects.get(code="S1"), registers["units"]
        Unit.objects.bulk_create([filled(Unit, n, unit) for n in range(1, 60)])
        rows, found = register.chosen(SYSTEM, {}), []
        heads = [column.name for column in register.columns]
        for many in (1_000, 10):
            monkeypatch.setattr("lianfang.interfaces.exchange.exports.MANY", many)
            out = io.BytesIO()
            write_rows(rows, register.columns, "xlsx", out, SHANGHAI, heads=heads, sheet="units")
            found.append(
                CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).get_sheet_by_name("units").to_python()
            )
    assert found[0] == found[1]
    assert len(found[0]) == 1 + 3 + 59
