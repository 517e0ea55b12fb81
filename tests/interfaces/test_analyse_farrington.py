"""Farrington's methods as a command (法林顿法命令): reference files as they are, both spellings of settings."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.farrington import METHODS
from lianfang.interfaces.analysing.methods import Found, Method, settings_of
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import svg
from lianfang.interfaces.exchange.reading import read_table
from tests.domain.analysis import reference

BY_NAME: dict[str, Method] = {method.name: method for method in METHODS}


def analysed(method: str, file: str, params: dict[str, Any]) -> Found:
    """The command's answer on a file of the reference set."""
    place = reference.path(file)
    return BY_NAME[method].run(Table.of(read_table(place, place.name)), settings_of(BY_NAME[method], params))


@pytest.mark.parametrize("key", ["stsNewport_ff_noufaily_b4", "momo_75_85_ff_popoffset_b5", "k1_ff_notrend_sqrt_b2"])
def test_a_reference_file_and_its_settings_give_the_reference_rows(key: str) -> None:
    entry = reference.entry(key)
    found = analysed("detect.farrington", entry["input"], entry["params"])
    told = reference.rows(entry["output"])
    assert [str(row["t"]) for row in found.rows] == [row["t"] for row in told]
    assert [str(row["alarm"]) for row in found.rows] == [row["alarm"] for row in told]
    for row, expected in zip(found.rows, told, strict=True):
        assert row["upper"] == (pytest.approx(float(expected["upper"]), rel=1e-6) if expected["upper"] else None)


def test_the_method_of_1996_has_its_own_name_and_may_write_the_zeros_of_its_reference() -> None:
    entry = reference.entry("salmonella_agona_farrington1996")
    found = analysed("detect.farrington_original", entry["input"], entry["params"] | {"compat": "surveillance"})
    told = reference.rows(entry["output"])
    assert [row["upper"] for row in found.rows] == pytest.approx([float(row["upper"]) for row in told], rel=1e-6)
    plain = analysed("detect.farrington_original", entry["input"], entry["params"])
    assert plain.rows[4]["upper"] is None  # too few cases of late: not judged, which is not a bound of zero


def test_snake_case_settings_are_taken_too_and_one_place_can_be_judged() -> None:
    params = {"b": 2, "no_periods": 10, "past_weeks_not_included": 26, "threshold_method": "nbPlugin", "range": 200}
    found = analysed("detect.farrington", "aberration/k1_series.csv", params)
    assert [row["t"] for row in found.rows] == [200]


def daily_file(rows: list[tuple[Any, ...]], header: tuple[str, ...]) -> Table:
    """A file made here."""
    return Table(header, [(at + 2, dict(zip(header, row, strict=True))) for at, row in enumerate(rows)])


def test_several_classes_of_one_file_are_judged_apart_with_their_pupils() -> None:
    rows = [
        (unit, 3 if (unit, day) == ("7-2", 69) else day % 9 == 0, 45) for unit in ("7-1", "7-2") for day in range(70)
    ]
    table = daily_file([(unit, int(cases), present) for unit, cases, present in rows], ("unit", "cases", "present"))
    found = BY_NAME["detect.daily"].run(table, settings_of(BY_NAME["detect.daily"], {"range": "70"}))
    assert [(row["series"], row["alarm"]) for row in found.rows] == [("7-1", 0), ("7-2", 1)]
    assert found.facts == {"series": 2, "judged": 1, "alarms": 1}


def test_a_single_series_has_a_picture_with_its_alarms_marked() -> None:
    params = {"b": 2, "alpha": 0.05, "range": "150:209"}
    found = analysed("detect.farrington", "aberration/k1_series.csv", params)
    assert found.chart is not None
    assert "<svg" in svg(found.chart)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"range": "a:b"}, "range"),
        ({"compat": "R"}, "compat"),
        ({"powertrans": "3"}, "powertrans"),
        ({"b": 9}, "range"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(params: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        analysed("detect.farrington_original", "aberration/k1_series.csv", params)
    assert refused.value.problems[0].field == field
