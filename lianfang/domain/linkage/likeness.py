"""Likeness of texts (相似度) for many pairs at once, each distinct pair worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from lianfang.domain.linkage.coding import MISSING
from lianfang.domain.linkage.listing import Codes

Level: TypeAlias = NDArray[np.int8]

EQUAL: Final = 1
SOUNDS_ALIKE: Final = 2
LOOSELY_ALIKE: Final = 4
SWAPPED: Final = 5
NAMES_DIFFER: Final = {"surname": 6, "given_name": 5}
NEAR: Final = 0.92
LOOSELY_NEAR: Final = 0.8
MOST_EDITS: Final = 2


def said_by_both(first: Codes, second: Codes) -> NDArray[np.bool_]:
    """Where neither code is missing."""
    both: NDArray[np.bool_] = (first != MISSING) & (second != MISSING)
    return both


def distinct_pairs(first: Codes, second: Codes, size: int) -> tuple[Codes, Codes, Codes]:
    """The distinct unordered pairs of codes below `size`, and which of them each pair is."""
    return distinct_ordered(np.minimum(first, second), np.maximum(first, second), size)


def distinct_ordered(first: Codes, second: Codes, size: int) -> tuple[Codes, Codes, Codes]:
    """The distinct pairs of codes, the second below `size`, and which of them each pair is."""
    keys, inverse = np.unique(first * size + second, return_inverse=True)
    return keys // size, keys % size, inverse.reshape(-1)


def chosen(values: Sequence[str], codes: Codes) -> list[str]:
    """The values of these codes."""
    texts: list[str] = np.array([*values, None], dtype=object)[codes].tolist()
    return texts


def near(one: list[str], other: list[str], workers: int) -> NDArray[np.float32]:
    """Jaro-Winkler similarity of each pair."""
    scorer = JaroWinkler.normalized_similarity
    found: NDArray[np.float32] = cpdist(one, other, scorer=scorer, workers=workers, dtype=np.float32)
    return found


def edits(one: list[str], other: list[str], workers: int) -> NDArray[np.int32]:
    """Changed, missing, added or exchanged signs of each pair; 3 stands for more than two."""
    found: NDArray[np.int32] = cpdist(
        one, other, scorer=OSA.distance, score_cutoff=MOST_EDITS, workers=workers, dtype=np.int32
    )
    return found


def is_part(values: Sequence[str], one: Codes, other: Codes) -> NDArray[np.bool_]:
    """Whether one of the two begins or ends the other."""
    texts = np.array([*values, ""], dtype=str)
    sizes = np.strings.str_len(texts)
    shorter = texts[np.where(sizes[one] < sizes[other], one, other)]
    longer = texts[np.where(sizes[one] < sizes[other], other, one)]
    found: NDArray[np.bool_] = np.strings.startswith(longer, shorter) | np.strings.endswith(longer, shorter)
    return found
