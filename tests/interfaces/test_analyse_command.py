"""`lianfang analyse` (分析命令): every method on a file as the references are written, and a reason for refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.commands.main import main
from tests.domain.analysis.reference import path, rows

SERIES = "aberration/salmonella_agona_series.csv"
K1 = "aberration/k1_series.csv"
FLU = "rt/flu2009_incidence.csv"
HUS = "nowcast/hus2011_linelist.csv"
SI = {"mean_si": 2.6, "std_si": 1.5}
EVERY: list[tuple[str, str, dict[str, Any]]] = [
    ("rt.cori", FLU, SI), ("rt.cori_mixture", FLU, {**SI, "std_mean_si": 1, "min_mean_si": 1, "max_mean_si": 4.2,
     "std_std_si": 0.5, "min_std_si": 0.5, "max_std_si": 2.5, "n1": 50, "n2": 50, "seed": 7}),
    ("rt.wallinga_teunis", FLU, {**SI, "n_sim": 50}), ("rt.infectivity", FLU, SI),
    ("rt.discretise_si", "rt/discr_si_grid.csv", {}), ("growth.fit", "growth/flu1918_series.csv", {}),
    ("growth.split", "growth/flu1918_series.csv", {}), ("growth.forecast", "growth/flu2009_up_series.csv", {}),
    ("calendar.week", "calendar/epiweeks_1999_2012.csv", {}), ("detect.ears", SERIES, {}),
    ("detect.cusum", K1, {"range": "105:209"}), ("detect.cusum_daily", K1, {}), ("detect.ewma", K1, {}),
    ("detect.bayes", K1, {"b": 0, "w": 6}), ("detect.rki", K1, {"b": 2, "w": 4}), ("detect.outbreakp", K1, {}),
    ("detect.glr", K1, {"range": "105:209"}), ("detect.find_kh", "aberration/cusum_design_find_kh.csv", {}),
    ("detect.ewma_limit", "aberration/ewma_design.csv", {}),
    ("detect.farrington", SERIES, {"b": 3, "range": "290:312"}),
    ("detect.farrington_original", SERIES, {"b": 3, "range": "290:312"}),
    ("nowcast.lawless", HUS, {"as_of": "2011-06-02", "max_delay": 15}),
    ("nowcast.chain_ladder", HUS, {"as_of": "2011-06-02", "max_delay": 15}),
    ("nowcast.bayes", HUS, {"as_of": "2011-06-02", "max_delay": 15, "draws": 200}),
    ("delay.fit", "delay/fluA_incubation_data.csv", {"dist": "lognormal"}),
    ("quarantine.curve", "quarantine/lauer2020_lognormal.csv", {"dist": "lnorm", "par1": 1.621, "par2": 0.418}),
    ("transmission.offspring_fit", "offspring/hagelloch_counts.csv", {}),
    ("transmission.chains", "chains/hagelloch_linelist.csv", {}),
    ("attack.proportion", "attack/proportion_limits.csv", {}), ("attack.two_by_two", "attack/oswego_foods.csv", {}),
    ("quality.assess", "data_quality/dq_made1_reports.csv", {}),
    ("scenario.seiqr", "scenario/seir_basic.csv", {"beta": 0.5, "sigma": 0.3333, "gamma": 0.2}),
]  # fmt: skip


def _said(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> tuple[str, str]:
    assert main(["analyse", *map(str, arguments), "--lang", "en"]) == status
    captured = capsys.readouterr()
    return captured.out, captured.err


def _found(capsys: pytest.CaptureFixture[str], method: str, file: object, params: dict[str, Any]) -> dict[str, Any]:
    out, _err = _said(capsys, method, file, "--params", json.dumps(params), "--json")
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.mark.parametrize(("method", "file", "params"), EVERY, ids=[one[0] for one in EVERY])
def test_a_method_reads_the_references_as_they_are_and_answers_in_rows(capsys, method, file, params):
    found = _found(capsys, method, path(file), params)
    assert found["method"] == method and found["rows"]


def test_the_list_names_every_method_that_is_tried_here_and_what_it_does(capsys):
    out, _err = _said(capsys, "list")
    listed = {line.split()[0] for line in out.splitlines()}
    assert {one[0] for one in EVERY} <= listed
    assert listed - {one[0] for one in EVERY} <= {
        "growth.r_to_R", "detect.rules", "detect.expected", "detect.daily", "tracing.kpis",
    }  # fmt: skip


def test_the_figures_are_those_of_the_field_with_either_spelling_of_a_setting(capsys):
    for spelling in ("minSigma", "min_sigma"):
        found = _found(capsys, "detect.ears", path("aberration/flu1918_daily_series.csv"), {spelling: 0.5})["rows"]
        wanted = rows("aberration/flu1918_ears_b7_ms0.5.csv")
        pairs = [(one["C1_upper"], other["C1_upper"]) for one, other in zip(found, wanted, strict=True)]
        assert all(mine == pytest.approx(float(theirs), rel=1e-9) for mine, theirs in pairs if theirs)


def test_rows_and_picture_are_written_whole(capsys, tmp_path: Path):
    table, picture, drawn = tmp_path / "r.csv", tmp_path / "r.svg", tmp_path / "r.png"
    for plot in (picture, drawn):
        _said(capsys, "rt.cori", path(FLU), "--params", json.dumps(SI), "--out", table, "--plot", plot)
    assert len(list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))) == 25
    assert picture.read_text("utf-8").startswith("<svg") and drawn.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("I\n1\n\n3", "row"), ("I\n1\n-2\n3", "never below zero"), ("I\n1\n2.5\n3", "whole numbers"),
        ("I\n1\nx\n3", "row 3, column I"), ("other\n1\n2", "needs a column called one of: I, cases"),
        ("I\n", "no row"), ("", ""),
        ("I\n1e400\n2\n3", ""),
    ],
)  # fmt: skip
def test_what_is_no_series_is_refused_with_its_place(capsys, tmp_path: Path, column: str, sentence: str):
    file = tmp_path / "s.csv"
    file.write_text(
        f"series,{column}".replace("\n", "\na,").removesuffix("a,") if "\n\n" in column else column, "utf-8"
    )
    out, err = _said(capsys, "rt.cori", file, "--params", json.dumps(SI), status=2)
    assert out == "" and sentence in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["rt.corri", "x.csv"], "no method rt.corri"), (["rt.cori"], "A FILE is needed"),
        (["rt.cori", "missing.csv"], "no file"), (["rt.cori", "x.csv", "--params", "{"], "no JSON"),
        (["rt.cori", "x.csv", "--params", "[1]"], "JSON object"),
        (["rt.cori", "x.csv", "--params", '{"mean": 1}'], "no parameter mean"),
        (["rt.cori", "x.csv", "--params", '{"mean_si": "long"}'], "cannot be used"),
        (["rt.cori", "x.csv", "--plot", "x.gif"], "must end in"), (["rt.cori", "."], "is a folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_a_sentence(capsys, arguments, sentence):
    out, err = _said(capsys, *arguments, status=2)
    assert out == "" and sentence in err


def test_settings_come_from_a_file_which_must_be_readable_text(capsys, tmp_path: Path):
    settings = tmp_path / "si.json"
    settings.write_text(json.dumps(SI), "utf-8")
    assert _said(capsys, "rt.cori", path(FLU), "--params", f"@{settings}")[0].startswith("t_start")
    settings.write_bytes(b"\xff\xfe{}")
    assert "no JSON" in _said(capsys, "rt.cori", path(FLU), "--params", f"@{settings}", status=2)[1]
    assert "There is no file" in _said(capsys, "rt.cori", path(FLU), "--params", "@missing.json", status=2)[1]


def test_a_serial_interval_that_does_not_sum_to_one_is_refused(capsys):
    _out, err = _said(capsys, "rt.cori", path(FLU), "--params", '{"si": [0, 0.5, 0.4]}', status=2)
    assert "sum to 0.9" in err
