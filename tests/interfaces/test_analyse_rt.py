"""`lianfang analyse` for reproduction numbers, growth and weeks (分析命令): rows as the references have them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.commands.main import main
from tests.domain.analysis import reference

MEAN: dict[str, Any] = {"mean_si": 2.6, "std_si": 1.5}


def analysed(capsys: pytest.CaptureFixture[str], method: str, file: Path, *more: str, **params: Any) -> tuple[int, Any]:
    """Exit status, and the rows as they were printed (or what was said instead)."""
    status = main(["analyse", method, str(file), "--params", json.dumps(params), "--lang", "en", *more])
    said = capsys.readouterr()
    return status, list(csv.DictReader(io.StringIO(said.out))) if status == 0 else said.err


def test_the_columns_of_the_reference_come_first_and_hold_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    status, rows = analysed(capsys, "rt.cori", reference.path("rt/flu2009_incidence.csv"), **MEAN)
    wanted = reference.rows("rt/flu2009_weekly_param_R.csv")
    assert status == 0 and len(rows) == len(wanted)
    for name in ("t_start", "t_end", "mean", "std", "q025", "q975"):
        values = [float(row[name]) for row in rows]
        assert values == pytest.approx([float(row[name]) for row in wanted], rel=1e-6)
    assert rows[0]["date"] == "2009-05-04" and rows[-1]["reliable"] == "0" and rows[-1]["why"] == "few"


def test_imported_cases_of_the_file_are_kept_apart(capsys: pytest.CaptureFixture[str]) -> None:
    interval = [float(row["w"]) for row in reference.rows("rt/flu2009_imports_made_si.csv")]
    file = reference.path("rt/flu2009_imports_made_incidence.csv")
    _status, rows = analysed(capsys, "rt.cori", file, si_distr=interval)
    wanted = reference.column("rt/flu2009_imports_weekly_np_R.csv", "q50")
    assert [float(row["q50"]) for row in rows] == pytest.approx(list(wanted), rel=1e-6)


def test_growth_is_printed_by_quantity_as_the_reference_does(capsys: pytest.CaptureFixture[str]) -> None:
    entry = reference.entry("flu2009_down")
    file = reference.path(entry["input"])
    _status, rows = analysed(capsys, "growth.fit", file, **MEAN, **entry["params"])
    found = {row["quantity"]: float(row["value"]) for row in rows}
    wanted = {row["quantity"]: float(row["value"]) for row in reference.rows(entry["output"])}
    assert set(wanted) - set(found) == {"R_from_r_gammaSI_5.2_2.8", "R_from_r_gammaSI_8.4_3.8"}
    assert all(value == pytest.approx(wanted[name], rel=1e-4) for name, value in found.items())


def test_a_file_of_dates_gives_their_weeks(capsys: pytest.CaptureFixture[str]) -> None:
    file = reference.path("calendar/epiweeks_1999_2012.csv")
    assert analysed(capsys, "calendar.week", file)[1] == reference.rows("calendar/epiweeks_1999_2012.csv")


def test_a_file_of_days_and_moments_gives_the_serial_interval(capsys: pytest.CaptureFixture[str]) -> None:
    _status, rows = analysed(capsys, "rt.discretise_si", reference.path("rt/discr_si_grid.csv"))
    wanted = reference.column("rt/discr_si_grid.csv", "w")
    assert [float(row["w"]) for row in rows] == pytest.approx(list(wanted), abs=1e-9)


@pytest.mark.parametrize("method", ["rt.cori", "rt.wallinga_teunis", "rt.infectivity", "growth.fit", "growth.forecast"])
def test_several_series_of_one_file_are_told_apart(
    method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "two.csv"
    lines = [f"{unit},{day},{day * by}" for unit, by in (("甲班", 1), ("乙班", 2)) for day in range(1, 15)]
    file.write_text("\n".join(["unit,t,cases", *lines]), encoding="utf-8")
    interval = {} if method == "growth.forecast" else MEAN
    status, rows = analysed(capsys, method, file, **interval)
    assert status == 0 and list(dict.fromkeys(row["series"] for row in rows)) == ["甲班", "乙班"]


@pytest.mark.parametrize(
    ("method", "file", "params"),
    [
        ("rt.cori", "rt/flu2009_incidence.csv", MEAN),
        ("rt.wallinga_teunis", "rt/flu2009_incidence.csv", MEAN),
        ("growth.fit", "growth/flu1918_series.csv", {}),
        ("growth.split", "growth/flu1918_series.csv", {}),
    ],
)
def test_a_picture_is_drawn_on_request(
    method: str, file: str, params: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "picture.svg"
    assert analysed(capsys, method, reference.path(file), "--plot", str(target), **params)[0] == 0
    assert "<svg" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "mean_si is still missing"),
        ({"si": [0, 0.5]}, "sum to 0.5, not to 1"),
        ({"si": [0.5, 0.5]}, "its first probability must be 0"),
        ({**MEAN, "t_start": [2, 1], "t_end": [9, 8]}, "Window 2 (days 1 to 8) must lie within days 2 to 32"),
        ({**MEAN, "window": 90}, "There are 32 days or weeks with values"),
        ({**MEAN, "horizon": 9}, "no parameter horizon"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    params: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = analysed(capsys, "rt.cori", reference.path("rt/flu2009_incidence.csv"), **params)
    assert status == 2 and words in said
