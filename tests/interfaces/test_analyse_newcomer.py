"""`lianfang analyse` as a newcomer meets it (新手用分析命令): help of a method, Chinese headers, reasons that help."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.analysing.columns import told
from lianfang.interfaces.analysing.methods import methods
from lianfang.interfaces.analysing.settings import MEANINGS, OF_METHODS
from lianfang.interfaces.commands.main import main
from lianfang.interfaces.commands.verify import speaking

SI = {"mean_si": 2.6, "std_si": 1.5}
GROWING = "I\n1\n2\n4\n8\n16\n"
Said = Callable[..., tuple[str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Said:
    def _said(method: str, content: str | bytes, *, status: int = 0, lang: str = "en", **params: Any):
        file = tmp_path / "s.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert main(["analyse", method, str(file), "--params", json.dumps(params), "--lang", lang]) == status
        captured = capsys.readouterr()
        return captured.out, captured.err

    return _said


@pytest.fixture
def helped(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def _helped(*arguments: str) -> str:
        assert main(["analyse", *arguments]) == 0
        return capsys.readouterr().out

    return _helped


def test_the_help_of_every_method_tells_its_columns_settings_and_an_example(helped):
    with speaking("en"):
        known = dict(methods())
    assert len(known) > 30
    for name, method in known.items():
        text = helped(name, "--help", "--lang", "en")
        assert text.startswith(f"{name}: ")
        columns = list(told(name))
        assert columns and all(f"  {names}: {holds}" in text for names, holds, _ in columns), name
        lines = text.partition("\nsettings")[2].splitlines()
        for setting in method.params.__struct_fields__:
            place = next(n for n, line in enumerate(lines) if line.startswith(f"  {setting}: "))
            assert lines[place + 1].startswith("      "), f"{name}: {setting} has no meaning"
        assert method.example in text and f"lianfang analyse {name}" in text


def test_no_meaning_is_of_a_setting_that_is_not():
    with speaking("en"):
        known = {(name, one) for name, method in methods().items() for one in method.params.__struct_fields__}
    assert set(MEANINGS) <= {one for _name, one in known}
    assert {tuple(one.split(": ")) for one in OF_METHODS} <= known


def test_help_without_a_method_and_no_method_at_all_show_how_it_is_called(helped, capsys):
    assert helped("--help").startswith("usage: lianfang analyse")
    assert main(["analyse"]) == 2
    assert "usage: lianfang analyse" in capsys.readouterr().err
    assert main(["analyse", "rt.corri", "--help", "--lang", "en"]) == 2
    assert "rt.corri: There is no method rt.corri" in capsys.readouterr().err


@pytest.mark.parametrize(("method", "params"), [("rt.cori", SI), ("growth.fit", {}), ("detect.ears", {"baseline": 3})])
@pytest.mark.parametrize("head", ["日期,例数", "日期,新增病例数", "日期,病例数"])
def test_a_file_in_chinese_is_read_as_one_in_english(said, method, params, head):
    rows = "".join(f"2026-03-{day:02},{day % 5 + 1}\n" for day in range(1, 25))
    assert said(method, f"{head}\n{rows}", **params)[0] == said(method, f"date,cases\n{rows}", **params)[0]


def test_a_line_list_in_chinese_is_read_too(said):
    rows = "".join(f"2026-03-{day:02},2026-03-{day + day % 3:02}\n" for day in range(1, 25))
    plain = said("nowcast.lawless", "onset,report\n" + rows, max_delay=4)[0]
    assert plain.count("\n") > 5
    assert said("nowcast.lawless", "发病日期,报告日期\n" + rows, max_delay=4)[0] == plain
    links = "甲,,2026-03-01\n乙,甲,2026-03-03\n"
    chain = said("transmission.chains", "case,infector,onset\n" + links)[0]
    assert said("transmission.chains", "病例编号,传染源,发病日期\n" + links)[0] == chain


def test_a_header_that_is_not_known_is_answered_with_those_that_are(said):
    for language in ("en", "zh"):
        err = said("rt.cori", "天,人\n1,2\n", status=2, lang=language, **SI)[1]
        assert all(name in err for name in ("cases", "例数", "病例数", "天", "人"))


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (GROWING, "have not turned down"), ("I\n16\n8\n4\n2\n1\n", "the cases only go down"),
        ("I\n3\n0\n0\n0\n2\n", "too few days with cases for a turning point"), ("I\n1\n2\n4\n8\n16\n8\n4\n2\n1\n", ""),
    ],
)  # fmt: skip
def test_a_turning_point_without_a_rate_on_a_side_says_why(said, counts, reason):
    out, err = said("growth.split", counts)
    assert reason in err and bool(err.strip()) is bool(reason)
    assert ("," in out.splitlines()[1].replace(",,", "")) or reason


def test_a_setting_out_of_bounds_is_named_as_it_was_given_with_bounds_that_keep_it_out(said):
    assert (
        "--params: std_si must be above 0 and below"
        in said("rt.cori", GROWING, status=2, mean_si=2.6, std_si=0, window=2)[1]
    )
    assert "--params: window must be between 1 and 5" in said("rt.cori", GROWING, status=2, window=0, **SI)[1]


def test_an_infector_who_is_not_in_the_list_is_named_with_the_case_that_is(said):
    err = said("transmission.chains", "case,infector,onset\n3,9,2026-03-01\n4,3,2026-03-02\n")[1]
    assert "9, named as the infector of 3, is not in the list." in err
    assert "si_sd: -\n" in err and "None" not in err


ODD = {
    "gap": "date,cases\n2026-03-01,1\n2026-03-03,2\n", "negative": "I\n1\n-2\n3\n", "fraction": "I\n1\n2.5\n3\n",
    "one day": "I\n4\n", "zero": "I\n0\n0\n0\n0\n", "billion": "I\n" + "1000000000\n" * 9, "columns": "foo,bar\n1,2\n",
    "mark": "\ufeffI\n" + "3\n" * 9, "gbk": "备注,例数\n好,3\n好,4\n好,3\n".encode("gbk"), 
    "semicolons": "date;cases\n2026-03-01;3\n",
    "date": "date,cases\n31.03.2026,3\n", "empty": "", "head": "I\n", "bytes": bytes(range(256)) * 4,
    "word": "I\n1\nmany\n", "infinite": "I\n1\ninf\n", "huge": "I\n1\n1e308\n1e308\n", "nan": "I\n1\nnan\n2\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize(
    ("method", "params"),
    [("rt.cori", SI), ("growth.fit", {}), ("growth.forecast", {}), ("detect.ears", {}), ("attack.proportion", {})],
)
def test_an_odd_file_is_answered_or_refused_in_a_sentence(capsys, tmp_path, method, params, name):
    file = tmp_path / "odd.csv"
    file.write_bytes(ODD[name] if isinstance(ODD[name], bytes) else ODD[name].encode())
    status = main(["analyse", method, str(file), "--params", json.dumps(params), "--lang", "en"])
    captured = capsys.readouterr()
    assert status in (0, 2)
    assert "nan" not in captured.out.lower() and "Traceback" not in captured.err
    assert bool(captured.out) is (status == 0)
    assert status == 0 or captured.err.strip().endswith(".")
