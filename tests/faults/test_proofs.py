"""The figures of the proofs (承诺证明): kept by promise, shown with their age, and unproven when they are old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lianfang.interfaces.commands import promises
from lianfang.interfaces.server.proofs import FRESH, PROMISES, VARIABLE, Proof, file_of, read, record, standing
from lianfang.kernel import faults
from tests.faults.conftest import places_in_use

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def proof(promise: str = "power cut", *, ago: timedelta = timedelta(0), held: bool = True) -> Proof:
    return Proof(promise, NOW - ago, held, {"lost": 0, "parts": {"one": 1}})


def test_a_proof_replaces_the_one_before_and_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "state" / "proofs.json"
    for one in (proof(held=False), proof("disk full"), proof()):
        record(file, one)
    assert read(file) == {"power cut": proof(), "disk full": proof("disk full")}
    assert json.loads(file.read_text())["power cut"]["at"] == "2026-03-02T12:00:00+00:00"


@pytest.mark.parametrize("content", ["", "[]", '{"power cut": {"at": "yesterday"}}', '{"power cut": 1}'])
def test_a_file_that_cannot_be_read_proves_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "proofs.json"
    file.write_text(content)
    assert read(file) == {}
    assert read(tmp_path / "none.json") == {}


def test_what_is_not_a_promise_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a promise"):
        record(tmp_path / "proofs.json", proof("good weather"))


def test_a_promise_is_proven_for_a_week_and_broken_until_it_is_proven_again() -> None:
    assert standing(None, NOW) == "unproven"
    assert standing(proof(ago=FRESH), NOW) == "proven"
    assert standing(proof(ago=FRESH + timedelta(seconds=1)), NOW) == "unproven"
    assert standing(proof(ago=-timedelta(days=1)), NOW) == "unproven"  # from a clock that was ahead
    assert standing(proof(ago=FRESH * 9, held=False), NOW) == "broken"


def test_doctor_shows_every_promise_with_its_figures_and_its_age() -> None:
    found = {"power cut": proof(ago=timedelta(hours=5)), "disk full": proof("disk full", held=False)}
    said = promises.lines(found, NOW)
    assert any(line.startswith("✓ power cut: proven, 5 h ago.") and "lost 0." in line for line in said)
    assert any(line.startswith("✗ disk full: broken, 0 min ago.") for line in said)
    assert sum(line.startswith("? ") and ": unproven." in line for line in said) == len(PROMISES) - 2
    assert promises.broken(found, NOW) and not promises.broken({"power cut": proof()}, NOW)
    shown = {one["promise"]: one for one in promises.as_json(found, NOW)}
    assert shown["power cut"]["age_seconds"] == 5 * 3600 and shown["power cut"]["figures"]["lost"] == 0
    assert (shown["clock"]["standing"], shown["clock"]["at"]) == ("unproven", None)


def test_the_file_lies_in_the_state_folder_unless_a_run_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert file_of(tmp_path) == tmp_path / "proofs.json"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere.json"))
    assert file_of(tmp_path) == tmp_path / "elsewhere.json"


def test_nobody_dies_unless_a_test_switches_it_on_and_then_at_the_ordered_pass_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    killed: list[int] = []
    monkeypatch.setattr(faults.os, "kill", lambda pid, _number: killed.append(pid))
    monkeypatch.setenv("FAULT", "before_commit:2")
    monkeypatch.setattr(faults, "_FOLDER", None)
    for _ in range(3):
        faults.fault("before_commit")
    assert killed == []
    monkeypatch.setattr(faults, "_FOLDER", str(tmp_path))
    for name in ("before_commit", "after_insert", "before_commit", "before_commit"):
        faults.fault(name)
    assert len(killed) == 1 and (tmp_path / faults.PASSES).read_text() == "3"


def test_every_place_but_those_of_what_is_not_built_yet_is_passed_by_the_product() -> None:
    assert set(faults.PLACES) - places_in_use() <= {"mid_purge"}
