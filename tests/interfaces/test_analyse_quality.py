"""`lianfang analyse quality.assess` (数据质量评估): the reference's measures, and WHO's three periods."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from lianfang.interfaces.commands.main import main
from tests.domain.analysis.reference import column, path, rows

REPORTS = "data_quality/dq_made1_reports.csv"


def assessed(capsys: pytest.CaptureFixture[str], **params: Any) -> dict[str, Any]:
    assert main(["analyse", "quality.assess", str(path(REPORTS)), "--params", json.dumps(params), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_every_measure_of_the_reference_comes_without_a_setting(capsys: pytest.CaptureFixture[str]) -> None:
    found = assessed(capsys)
    wanted = rows("data_quality/dq_made1_units.csv")
    for name in set(wanted[0]) - {"unit", "vf_class"}:
        mine = [float("nan") if one[name] is None else one[name] for one in found["rows"]]
        assert mine == pytest.approx(column("data_quality/dq_made1_units.csv", name), rel=1e-9, nan_ok=True), name
    total = {row["quantity"]: float(row["value"]) for row in rows("data_quality/dq_made1_total.csv")}
    assert {name: found["facts"][name] for name in total} == pytest.approx(total, rel=1e-9)


def test_the_consistency_ratio_is_with_three_periods_before_unless_another_number_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    months = column(REPORTS, "reported").reshape(8, 12)
    for params, before in (({}, 3), ({"previous": 3}, 3), ({"previous": 11}, 11), ({"previous": 0}, 11)):
        wanted = months[:, -1] / np.nanmean(months[:, -1 - before : -1], axis=1)
        found = [float("nan") if one["consistency_ratio"] is None else one["consistency_ratio"]
                 for one in assessed(capsys, **params)["rows"]]  # fmt: skip
        assert found == pytest.approx(wanted.tolist(), rel=1e-9, nan_ok=True), params
