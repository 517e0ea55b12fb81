"""What never changes a result (不变性): the order of rows, which list is called ours, how a large list is read."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.linkage import Coded, Listing, Reconciliation, Settings, reconcile
from tests.domain.linkage.people import COLUMNS, Person, listing, people
from tests.domain.reading import unhurried

few = settings(unhurried, max_examples=15)


def damaged(row: Person, random: Random) -> Person:
    """The person as another list might have it."""
    row = dict(row)
    for name in ("id_no", "phone", "birth", "sex"):
        if random.random() < 0.15:
            row[name] = None
    if random.random() < 0.1:
        row["name"] = str(row["name"])[0] + random.choice("明华丽伟芳")
    if random.random() < 0.1 and row["id_no"]:
        row["id_no"] = str(row["id_no"])[:-2] + random.choice("0123456789") + str(row["id_no"])[-1]
    return row


def two_lists(seed: int) -> tuple[list[Person], list[Person]]:
    """Two overlapping lists with mistakes and repetitions."""
    random = Random(seed)  # noqa: S311 made persons
    everybody = people(70, seed)
    ours = [damaged(row, random) for row in everybody[:50]] + [damaged(row, random) for row in everybody[:5]]
    return ours, [damaged(row, random) for row in everybody[20:]]


def said(found: Reconciliation, ours: list[int], theirs: list[int]) -> set[tuple[int, int, str, str, float]]:
    """The pairs in the numbering of the first order."""
    return {
        (ours[pair.row_ours], theirs[pair.row_theirs], pair.kind, pair.found_by, round(pair.probability, 6))
        for pair in found.pairs
    }


def kept(rows: list[Person]) -> list[int]:
    return list(range(len(rows)))


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@few
def test_the_order_of_rows_changes_nothing(seed: int, random: Random) -> None:
    ours, theirs = two_lists(seed)
    first = reconcile(listing(ours), listing(theirs))
    order, other = kept(ours), kept(theirs)
    random.shuffle(order)
    random.shuffle(other)
    again = reconcile(listing([ours[at] for at in order]), listing([theirs[at] for at in other]))
    assert said(again, order, other) == said(first, kept(ours), kept(theirs))
    assert again.counts == first.counts


@given(st.integers(0, 10_000))
@few
def test_which_list_is_ours_changes_nothing(seed: int) -> None:
    ours, theirs = two_lists(seed)
    there = reconcile(listing(ours), listing(theirs))
    back = reconcile(listing(theirs), listing(ours))
    assert said(back.mirrored(), kept(ours), kept(theirs)) == said(there, kept(ours), kept(theirs))
    assert back.counts.only_theirs == there.counts.only_ours


@given(st.integers(0, 10_000))
@few
def test_the_same_run_gives_the_same_result(seed: int) -> None:
    ours, theirs = two_lists(seed)
    assert reconcile(listing(ours), listing(theirs)).pairs == reconcile(listing(ours), listing(theirs)).pairs


def coded(rows: list[Person]) -> Listing:
    """The same list with each column as codes."""
    columns: dict[str, Coded] = {}
    for name in COLUMNS:
        values = sorted({str(row[name]) for row in rows if row[name] is not None})
        codes = [values.index(str(row[name])) if row[name] is not None else -1 for row in rows]
        import numpy as np

        columns[name] = Coded(np.array(codes, np.int32), values)
    return Listing(columns)


def test_columns_of_codes_are_the_same_list() -> None:
    ours, theirs = two_lists(3)
    plain, packed = reconcile(listing(ours), listing(theirs)), reconcile(coded(ours), coded(theirs))
    assert plain.pairs == packed.pairs


def test_a_large_list_read_in_pieces_gives_the_same_persons() -> None:
    ours, everybody = people(900, 5)[:60], people(900, 5)
    random = Random(1)  # noqa: S311 made persons
    small = [damaged(row, random) for row in ours]
    whole = reconcile(listing(small), listing(everybody))
    pieces = reconcile(listing(small), listing(everybody), Settings(rows_at_once=100))
    back = reconcile(listing(everybody), listing(small), Settings(rows_at_once=100))
    assert pieces.row_pairs() == whole.row_pairs()
    assert [(one, other) for other, one in back.row_pairs()] == whole.row_pairs()
    assert len(pieces.only_theirs) + len(pieces.pairs) + pieces.counts.duplicates_theirs == 900
    assert pieces.explain(pieces.pairs[0])[0].field == "surname"
    assert {one.field for one in back.explain(back.pairs[0])} == {one.field for one in pieces.explain(pieces.pairs[0])}
