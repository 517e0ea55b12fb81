"""Nowcasts, delays and the quarantine curve as commands (分析命令): files of the reference in, its columns out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing import delay, nowcast, quarantine
from lianfang.interfaces.analysing.methods import Found, Method, settings_of
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.exchange.reading import read_table
from tests.domain.analysis import reference

METHODS = {one.name: one for module in (nowcast, delay, quarantine) for one in module.METHODS}
LIST = "nowcast/hus2011_linelist.csv"


def run(name: str, file: Path, **params: Any) -> Found:
    method: Method = METHODS[name]
    return method.run(Table.of(read_table(file, file.name)), settings_of(method, params))


def written(folder: Path, text: str) -> Path:
    file = folder / "given.csv"
    file.write_text(text, encoding="utf-8")
    return file


def same(found: Found, output: str, columns: tuple[str, ...], rel: float = 1e-9, least: float = 0) -> None:
    theirs = reference.rows(output)
    mine: dict[Any, Any] = {row.get("date", place): row for place, row in enumerate(found.rows)}
    for place, row in enumerate(theirs):
        here = mine[row.get("date", place)]
        for column in columns:
            assert here[column] == pytest.approx(float(row[column]), rel=rel, abs=least), (row, column)


@pytest.mark.parametrize("key", ["hus2011_20110602_bayes.trunc", "hus2011_20110610_bayes.trunc"])
def test_the_settings_of_the_reference_are_taken_in_its_own_spelling(key: str) -> None:
    entry = reference.entry(key)
    found = run("nowcast.bayes", reference.path(LIST), **entry["params"])
    same(found, entry["output"][0], ("reported", "nowcast", "lo", "hi"), rel=0.05, least=3)
    assert found.chart is not None
    assert found.chart.lines[0].grey_from is not None


def test_lawless_and_chain_ladder_read_the_line_list_of_the_reference() -> None:
    params = {"now": "2011-06-02", "D": 15, "m": None, "alpha": 0.05}
    same(run("nowcast.lawless", reference.path(LIST), **params), "nowcast/hus2011_20110602_lawless.csv",
         ("reported", "nowcast"), least=2)  # fmt: skip
    same(run("nowcast.chain_ladder", reference.path(LIST), **params, first="2011-05-03"),
         "nowcast/hus2011_20110602_cl.csv", ("latest", "ultimate"))  # fmt: skip


def test_a_file_that_is_a_triangle_gives_what_its_line_list_gives() -> None:
    found = run("nowcast.chain_ladder", reference.path("nowcast/hus2011_20110602_cl_triangle.csv"))
    same(found, "nowcast/hus2011_20110602_cl.csv", ("latest", "ultimate"))


def test_several_units_in_one_list_are_told_apart(tmp_path: Path) -> None:
    lines = "".join(f"{unit},2026-03-0{day},2026-03-0{day + lag}\n" for unit in "AB" for day in (1, 2, 3)
                    for lag in (0, 2))  # fmt: skip
    found = run("nowcast.bayes", written(tmp_path, "unit,onset,report\n" + lines), max_delay=3)
    assert [row["series"] for row in found.rows].count("A") == [row["series"] for row in found.rows].count("B") == 5
    assert {"cdf A", "cdf B"} == set(found.facts)


def test_rows_without_a_day_are_left_out_and_said(tmp_path: Path) -> None:
    text = "onset,report\n2026-03-01,2026-03-01\n,2026-03-02\n2026-03-02,2026-03-01\n2026-03-01,2026-03-09\n"
    found = run("nowcast.lawless", written(tmp_path, text), max_delay=3)
    assert len(found.notes) == 3
    assert sum(row["reported"] for row in found.rows) == 2


@pytest.mark.parametrize("letter", ["L", "G", "W"])
def test_one_shape_gives_the_columns_of_coarse_data_tools(letter: str) -> None:
    entry = reference.entry(f"fluA_incubation_{letter}")
    found = run("delay.fit", reference.path(entry["input"]), dist=letter)
    assert [row["par"] for row in found.rows] == [row["par"] for row in reference.rows(entry["output"])]
    same(found, entry["output"], ("est",), rel=0, least=6e-4)
    assert found.facts["logLik"] == pytest.approx(entry["params"]["logLik"], abs=1e-4)


@pytest.mark.parametrize("key", ["hagelloch_serial_interval_fitdist", "hus2011_report_delay_fitdistcens"])
def test_all_shapes_give_the_columns_of_fitdistrplus(key: str) -> None:
    entry = reference.entry(key)
    found = run("delay.fit", reference.path(entry["input"]), censoring="interval" if "cens" in key else "exact")
    columns = tuple(name for name in reference.rows(entry["output"])[0] if not name.startswith(("dist", "par")))
    assert [row["dist"] for row in found.rows] == ["gamma", "lnorm", "weibull"]
    same(found, entry["output"], columns, rel=0.02)
    assert found.chart is not None
    assert found.chart.bars


@pytest.mark.parametrize("key", ["lauer2020_lognormal", "gamma_shape5.81_scale0.95"])
def test_the_quarantine_curve_reads_days_and_windows(key: str, tmp_path: Path) -> None:
    entry = reference.entry(key)
    columns = tuple(reference.rows(entry["output"])[0])
    same(run("quarantine.curve", reference.path(entry["output"]), **entry["params"]), entry["output"], columns, 1e-6)
    days = written(tmp_path, "day\n" + "".join(f"{day}\n" for day in range(22)))
    same(run("quarantine.curve", days, **entry["params"], windows=[0, 2, 5]), entry["output"], columns, 1e-6)


def test_what_cannot_be_used_is_refused_by_name(tmp_path: Path) -> None:
    for name, text, params, code in (
        ("nowcast.lawless", "onset,report\n2026-03-01,soon\n", {}, "date.format"),
        ("nowcast.lawless", "onset,report\n2026-03-01,\n", {}, "nowcast.nobody"),
        ("nowcast.bayes", "onset,report\n2026-03-01,2026-03-02\n", {"prior": "flat"}, "nowcast.prior"),
        ("nowcast.bayes", "onset,report\n2026-03-01,2026-03-02\n", {"Dmax": 3}, "analysis.parameter_unknown"),
        ("nowcast.chain_ladder", "date,0,1\n2026-03-01,1,2\n2026-03-03,1,\n", {}, "nowcast.days_apart"),
        ("delay.fit", "x\n3\n3\n3\n", {}, "delay.not_identified"),
        ("delay.fit", "x\n3\nlong\n", {}, "number.format"),
        ("delay.fit", "x\n3\n\n4\n", {"dist": "normal"}, "choice.unknown"),
        ("quarantine.curve", "day\n3\n", {"dist": "gamma", "par1": 2}, "quarantine.parameters"),
        ("quarantine.curve", "day\n3\n", {"dist": "gamma"}, "required"),
    ):
        with pytest.raises(Refused) as refused:
            run(name, written(tmp_path, text), **params)
        assert refused.value.problems[0].code == code, (name, text)
