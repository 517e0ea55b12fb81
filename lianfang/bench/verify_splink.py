"""The yardstick for linking two lists (记录关联对照): splink on the same lists, when it is installed."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any, Final

from lianfang.bench.verify_lists import columns_of
from lianfang.domain.linkage import Listing

_CHANCE: Final = 0.5


def is_installed() -> bool:
    """Whether splink and what it reads tables with are there."""
    return all(find_spec(name) is not None for name in ("splink", "duckdb", "pyarrow"))


def link(ours: Listing, theirs: Listing) -> list[tuple[str, str]]:
    """Pairs of record names that splink finds more likely than not, set up as its tutorial for FEBRL4 does."""
    import pyarrow  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415  only here when it measures
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    api = DuckDBAPI()
    tables = []
    for name, side in (("ours", ours), ("theirs", theirs)):
        columns = columns_of(side)
        table = pyarrow.table({"unique_id": columns.pop("record"), **columns})
        tables.append(api.register(table, dataset_display_name=name))
    blocks = [["id_no"], ["birth"], ["surname", "given_name"], ["surname", "postcode"], ["given_name", "postcode"]]
    rules: list[Any] = [block_on(*names) for names in [*blocks, ["address"]]]
    settings = SettingsCreator(
        link_type="link_only", comparisons=_comparisons(), blocking_rules_to_generate_predictions=rules
    )
    linker = Linker(tables, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on("id_no")], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for name in ("birth", "surname"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
    found = linker.inference.predict(threshold_match_probability=_CHANCE).as_duckdbpyrelation()
    return [(str(one), str(other)) for one, other in found.select("unique_id_l, unique_id_r").fetchall()]


def _comparisons() -> list[Any]:
    import splink.comparison_library as library  # noqa: PLC0415

    return [
        library.JaroWinklerAtThresholds("given_name", [0.9, 0.8]),
        library.JaroWinklerAtThresholds("surname", [0.9, 0.8]),
        library.LevenshteinAtThresholds("birth", [1, 2]),
        library.LevenshteinAtThresholds("id_no", [1, 2]),
        library.JaroWinklerAtThresholds("address", [0.9]),
        library.JaroWinklerAtThresholds("locality", [0.9]),
        library.ExactMatch("postcode"),
    ]
