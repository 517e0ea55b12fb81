"""Files that people really have (真实文件): missing and double days, Chinese headers, several series, no case."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.commands.main import main
from tests.domain.analysis.reference import path, rows

SI = {"mean_si": 2.6, "std_si": 1.5}
Said = Callable[..., tuple[str, str]]
SERIES_METHODS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("rt.cori", SI),
    ("growth.fit", {}),
    ("detect.ears", {"baseline": 3}),
)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Said:
    def _said(method: str, text: str | Path, *more: object, status: int = 0, **params: Any) -> tuple[str, str]:
        file = text if isinstance(text, Path) else tmp_path / "s.csv"
        if isinstance(text, str):
            file.write_text(text, "utf-8")
        words = ["analyse", method, file, "--params", json.dumps(params), "--lang", "en", *more]
        assert main([str(one) for one in words]) == status
        captured = capsys.readouterr()
        return captured.out, captured.err

    return _said


def dated(*days: str, head: str = "date,cases") -> str:
    return "\n".join([head, *(f"{day},{place + 2}" for place, day in enumerate(days))]) + "\n"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize(("method", "params"), SERIES_METHODS)
@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (("2026-03-01", "2026-03-02", "2026-03-04"), "row 4, column date: 2026-03-03 is missing after 2026-03-02"),
        (("2026-03-02", "2026-03-09", "2026-03-23"), "row 4, column date: 2026-03-16 is missing after 2026-03-09"),
        (("2026-03-01", "2026-03-03", "2026-03-02"), "column date: 2026-03-02 is missing"),
        (("2026-03-02", "2026-03-01", "2026-03-03"), "row 3, column date: 2026-03-01 stands after 2026-03-02"),
        (("2026-03-01", "2026-03-02", "2026-03-02"), "row 4, column date: 2026-03-02 stands after 2026-03-02"),
    ],
)
def test_days_that_are_missing_out_of_order_or_double_are_refused_with_their_row(said, method, params, days, sentence):
    out, err = said(method, dated(*days), status=2, **params)
    assert out == "" and sentence in err


@pytest.mark.parametrize(("method", "params"), SERIES_METHODS)
def test_days_and_weeks_without_a_gap_are_read_in_either_way_of_writing(said, method, params):
    days = [f"2026/9/{day}" for day in range(1, 29)]
    plain = said(method, dated(*(f"2026-09-{day:02}" for day in range(1, 29))), **params)[0]
    assert said(method, dated(*days), **params)[0] == plain
    assert said(method, dated(*days, head="日期,病例数"), **params)[0] == plain
    assert said(method, dated(*days, head="日期,人数"), **params)[0] == plain
    weeks = [f"2026-{month:02}-{day:02}" for month in (2, 3) for day in (2, 9, 16, 23)]
    assert said(method, dated(*weeks), **params)[0]


@pytest.mark.parametrize(("method", "params"), SERIES_METHODS)
def test_series_of_different_days_are_refused(said, method, params):
    text = "series,date,cases\n" + "".join(f"{name},2026-03-0{first + day},3\n" for name, first in (("a", 1), ("b", 2))
                                           for day in range(6))  # fmt: skip
    assert "same for all series" in said(method, text, status=2, **params)[1]


@pytest.mark.parametrize("name", ["k1", "flu1918", "salmonella_agona"])
def test_an_alarm_is_empty_where_nothing_was_judged_as_the_references_have_it(said, name):
    series = {"k1": "k1_series", "flu1918": "flu1918_daily_series"}.get(name, f"{name}_series")
    out, err = said("detect.ears", path(f"aberration/{series}.csv"), baseline=7, minSigma=0, compat="surveillance")
    wanted = rows(f"aberration/{name}_ears_b7_ms0.csv")
    for column in ("C1_alarm", "C2_alarm", "C3_alarm", "C3_stat_alarm"):
        assert [one[column] for one in table(out)] == [one[column] for one in wanted], column
    assert f"judged: {sum(one['C1_alarm'] != '' for one in wanted)}\n" in err
    assert f"alarms: {sum(one['C1_alarm'] == '1' for one in wanted)}\n" in err


def test_a_chain_names_what_it_cut_left_out_or_took_once(said):
    text = "case,infector,onset\na,c,2026/3/1\nb,a,2026/3/3\nc,b,2026/3/5\nd,zz,2026/3/6\nd,a,2026/3/9\ne,,\ne,,\n"
    out, err = said("transmission.chains", text)
    assert [(one["case"], one["root"]) for one in table(out)] == [("a", "a"), ("b", "a"), ("c", "a"), ("d", "a"),
                                                                  ("e", "e")]  # fmt: skip
    for note in (
        "the first row counts: d, e",
        "zz, named as the infector of d, is not in the list.",
        "circle was cut at its earliest case: a, c, b",
    ):
        assert note in err
    assert table(out)[3]["serial_interval"] == "5"


def test_nobody_ill_has_no_forecast_and_a_sentence_instead_of_a_warning(said):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out, err = said("growth.forecast", "I\n0\n0\n0\n")
    assert {one["mean"] for one in table(out)} == {""} and "no growth rate, and so no forecast" in err


@pytest.mark.parametrize(
    ("counts", "going"),
    [("4\n4\n4\n4", "unchanged"), ("1\n2\n4", "doubling"), ("4\n2\n1", "halving"), ("0\n0\n0", "unknown")],
)
def test_growth_says_where_it_goes(said, counts, going):
    assert f"doubling_or_halving: {going}\n" in said("growth.fit", f"I\n{counts}\n")[1]


def test_rules_that_nothing_reached_have_a_header_and_say_which_syndrome_no_rule_counts(said, tmp_path):
    text = "day,person,syndrome,class\n2026-03-01,p1,hiccups,c1\n"
    out, err = said("detect.rules", text)
    assert out.startswith("rule,title,scope,place,from,until") and len(out.splitlines()) == 1
    assert "hiccups. The rules count:" in err and "No rule was reached." in err
    said("detect.rules", text, "--out", tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text("utf-8") == out


def test_a_nowcast_says_how_many_rows_came_before_their_onset_or_lie_after_its_day(said):
    text = "onset,report\n2026-03-01,2026-03-03\n2026-03-02,2026-03-01\n2026-03-03,2026-03-05\n2026-03-09,2026-03-04\n"
    err = said("nowcast.lawless", text, max_delay=3)[1]
    assert "1 reports came before the onset" in err and "1 rows have a day after 2026-03-05" in err


@pytest.mark.parametrize(("method", "params"), [*SERIES_METHODS, ("detect.daily", {"baseline": 20})])
def test_the_picture_of_several_series_is_of_the_first_and_says_so(said, tmp_path, method, params):
    days = [(name, day) for name in ("east", "west") for day in range(1, 31)]
    text = "series,date,cases\n" + "".join(f"{name},2026-03-{day:02},{day % 7}\n" for name, day in days)
    err = said(method, text, "--plot", tmp_path / "d.svg", **params)[1]
    assert "first of 2 series: east." in err and (tmp_path / "d.svg").stat().st_size > 1000


def test_a_method_without_a_picture_is_refused_before_a_row_is_printed(said, tmp_path):
    out, err = said("calendar.week", "日期\n2026年9月1日\n", "--plot", tmp_path / "d.svg", status=2)
    assert out == "" and "draws no picture" in err and not (tmp_path / "d.svg").exists()


def test_without_a_file_each_setting_is_shown_with_its_type_and_default(capsys):
    assert main(["analyse", "detect.ears", "--lang", "en"]) == 2
    err = capsys.readouterr().err
    for line in ("baseline: integer = 7", "min_sigma: number = 0.0", 'compat: "" | "surveillance" = ""'):
        assert f"  {line}\n" in err
    assert main(["analyse", "scenario.seiqr", "--lang", "en"]) == 2
    assert "  beta: number\n" in capsys.readouterr().err


def test_a_setting_that_is_missing_is_named(said):
    err = said("scenario.seiqr", "S\n99\n", status=2, beta=0.5)[1]
    assert "sigma is still missing" in err and "Object" not in err
