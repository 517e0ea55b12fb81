"""Scenario 004's report chain at size S (全省一日): replayed once, then read with plain SQL (A05, C01, C04)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from lianfang.demo import script
from lianfang.interfaces.server.dropping import drop_database

ITEMS = ("expected", "present", "absent", "fever", "tested", "confirmed")
PROVINCE, SECTOR, PREFECTURE = "510000", "510000-HE", "519900"


@dataclass(frozen=True)
class Replayed:
    """What the command printed, and the database that it kept."""

    said: dict[str, Any]
    database: psycopg.Connection[Any]

    def got(self, name: str) -> Any:
        return self.said["expect"][name]["got"]

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.execute(question, values).fetchall()

    def one(self, question: str, *values: object) -> Any:
        return self.rows(question, *values)[0][0]


@pytest.fixture(scope="module")
def replayed() -> Iterator[Replayed]:
    """The whole replay, once."""
    server = os.environ["LIANFANG_TEST_SERVER"]
    environment = {**os.environ, "DATABASE_URL": server}
    command = [sys.executable, "-m", "lianfang", "demo", "004", "--json", "--keep"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr + done.stdout
    said = json.loads(done.stdout)
    kept = urlunsplit(urlsplit(server)._replace(path=f"/{said['database']}"))
    with psycopg.connect(kept, autocommit=True) as database:
        database.execute("SET ROLE lianfang_system")
        yield Replayed(said, database)
    with psycopg.connect(server, autocommit=True) as owner:
        drop_database(owner, said["database"])


def sums(replayed: Replayed, above: str) -> dict[str, int]:
    """The units' own current figures under a unit, added up."""
    columns = ", ".join(f"sum((r.values->>'{item}')::int)" for item in ITEMS)
    question = f"""
        SELECT {columns} FROM reporting_unitreport r JOIN orgs_unit u ON u.id = r.unit_id, orgs_unit a
         WHERE a.code = %s AND r.current AND r.form = 'daily_counts'
           AND (u.path LIKE a.path || '%%' OR u.sector_path LIKE a.path || '%%')
           AND u.kind IN ('kindergarten', 'school', 'university', 'institute')
    """
    return dict(zip(ITEMS, replayed.rows(question, above)[0], strict=True))


def signed(replayed: Replayed, kind: str) -> dict[str, dict[str, int]]:
    """What the offices of a level signed, by code."""
    found = replayed.rows(
        "SELECT u.code, r.values FROM reporting_unitreport r JOIN orgs_unit u ON u.id = r.unit_id"
        " WHERE u.kind = %s AND r.current AND u.code LIKE '51%%' AND u.code NOT LIKE '5198%%' AND u.code <> '519900'",
        kind,
    )
    return {code: {item: values[item] for item in ITEMS} for code, values in found}


def test_every_covered_total_comes_out_and_the_others_name_what_they_wait_for(replayed):
    assert [name for name, one in replayed.said["expect"].items() if not one["pass"]] == []
    covered = set(replayed.said["expect"]) | {one["name"] for one in replayed.said["partial"]}
    assert set(script.scenario("004")["expect"]) <= covered


def test_C04_size_S_has_1956_reporting_units_under_183_counties_and_21_prefectures(replayed):
    assert replayed.got("units_S") == 1956
    held = replayed.rows(
        "SELECT kind, count(*) FROM orgs_unit"
        " WHERE path LIKE (SELECT path FROM orgs_unit WHERE code = %s) || '%%' GROUP BY 1",
        PROVINCE,
    )
    kinds = dict(held)
    assert (kinds["county"], kinds["prefecture"], kinds["university"]) == (183, 21, 126)
    assert replayed.one(
        "SELECT count(DISTINCT m.person_id) FROM people_membership m JOIN orgs_unit u ON u.id = m.unit_id"
        " WHERE u.path LIKE (SELECT path FROM orgs_unit WHERE code = %s) || '%%'", PROVINCE,
    ) == 63_000  # fmt: skip


def test_C04_size_S_the_provinces_signed_figures_are_the_exact_sum_of_its_units(replayed):
    wanted = sums(replayed, PROVINCE)
    assert wanted["expected"] > 50_000 and wanted["absent"] > 100
    assert signed(replayed, "province") == {PROVINCE: wanted}


def test_C04_size_S_every_prefecture_and_county_signed_the_exact_sum_of_what_is_under_it(replayed):
    counties, prefectures = signed(replayed, "county"), signed(replayed, "prefecture")
    assert (len(counties), len(prefectures)) == (183, 21)
    assert {code: sums(replayed, code) for code in prefectures} == prefectures
    some = sorted(counties)[::9]
    assert {code: sums(replayed, code) for code in some} == {code: counties[code] for code in some}


def test_C04_expected_received_and_on_time_are_three_numbers_and_late_units_were_added_with_a_reason(replayed):
    late = replayed.rows(
        "SELECT DISTINCT p.code FROM dues_due d"
        " JOIN orgs_unit u ON u.id = d.unit_id JOIN orgs_unit p ON p.id = u.parent_id"
        " WHERE p.kind = 'county' AND p.code LIKE '51%%' AND p.code NOT LIKE '5198%%' AND d.line = 'territory'"
        " AND (d.settled_at AT TIME ZONE 'Asia/Shanghai')::time >= '16:56'"
    )
    corrected = replayed.rows(
        "SELECT u.code, r.reason FROM reporting_unitreport r JOIN orgs_unit u ON u.id = r.unit_id"
        " WHERE u.kind = 'county' AND r.revision = 2"
    )
    assert late and {code for code, _ in corrected} == {code for (code,) in late}
    assert all(reason for _, reason in corrected)


def test_C04_a_unit_that_sent_nothing_is_named_as_a_gap_by_its_county(replayed):
    silent = replayed.rows(
        "SELECT u.code, p.code FROM dues_due d"
        " JOIN orgs_unit u ON u.id = d.unit_id JOIN orgs_unit p ON p.id = u.parent_id"
        " WHERE d.settled_at IS NULL AND d.kind = 'report' AND p.kind = 'county' AND p.code NOT LIKE '5198%%'"
    )
    assert silent
    for unit, county in silent:
        children = replayed.one(
            "SELECT r.children FROM reporting_unitreport r JOIN orgs_unit u ON u.id = r.unit_id"
            " WHERE u.code = %s AND r.current", county,
        )  # fmt: skip
        assert unit in children["gaps"] and children["received"] == children["expected"] - len(children["gaps"])


def test_A05_universities_count_once_in_the_province_and_the_same_by_territory_and_by_sector(replayed):
    assert replayed.got("universities_by_line") == {"territory": 126, "sector": 126, "province": 126}
    of_a_line = """
        SELECT sum((r.values->>'expected')::int), count(*)
          FROM reporting_unitreport r JOIN orgs_unit u ON u.id = r.unit_id, orgs_unit a
         WHERE a.code = %s AND u.kind = 'university' AND r.current AND {} LIKE a.path || '%%'
    """
    by_territory = replayed.rows(of_a_line.format("u.path"), PROVINCE)[0]
    by_sector = replayed.rows(of_a_line.format("u.sector_path"), SECTOR)[0]
    assert by_territory == by_sector == (sums(replayed, SECTOR)["expected"], by_sector[1])
    assert 100 < by_sector[1] <= 126


def test_C01_acceptance_7_an_explicit_zero_is_reported_and_a_draft_and_silence_are_missing(replayed):
    zero = replayed.said["expect"]["zero_semantics"]
    assert zero["got"] == {"reported": 1, "missing": 2} and zero["names"] == ["519801-2", "519801-3"]
    assert replayed.one("SELECT count(*) FROM reporting_draft") == 1


def test_acceptance_16_at_1701_three_of_412_are_missing_by_name_and_on_time_stays_409_of_412(replayed):
    missing = replayed.said["expect"]["missing_1701"]
    assert missing["got"] == 3 and len(set(missing["names"])) == 3
    assert (replayed.got("in_by_1630"), replayed.got("in_by_1700"), replayed.got("in_at_the_end")) == (371, 409, 412)
    assert replayed.got("on_time_1700") == "409/412"
    assert replayed.got("resolved_1720") == {"late": 1, "network": 1, "reporter_ill": 1}


def test_acceptance_16_the_three_were_escalated_at_1701_reminded_by_the_office_and_came_late(replayed):
    found = replayed.rows(
        "SELECT d.explained, d.nudges, d.settled_at > d.due_at, d.escalated_at AT TIME ZONE 'Asia/Shanghai'"
        " FROM dues_due d JOIN orgs_unit p ON p.id = d.recipient_id WHERE p.code = %s AND d.escalated_at IS NOT NULL",
        PREFECTURE,
    )
    assert sorted(reason for reason, *_ in found) == ["late", "network", "reporter_ill"]
    assert all(nudges >= 1 and came_late for _, nudges, came_late, _ in found)
    assert {f"{at:%H:%M}" for *_, at in found} == {"17:01"}
