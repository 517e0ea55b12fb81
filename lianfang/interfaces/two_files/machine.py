"""A verification for programs (机读结果): one JSON object, and the pairs as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from lianfang.interfaces.two_files.answer import Answer
from lianfang.interfaces.two_files.side import Side

PAIR_COLUMNS: Final = ("row_ours", "row_theirs", "probability", "class")
_DIGITS: Final = 6


def as_json(answer: Answer) -> dict[str, Any]:
    """The object of the contract: sizes, counts by class, duplicates, estimates, and how all of it came about."""
    counts = dict(answer.counts)
    duplicates = {"ours": counts.pop("duplicates_ours"), "theirs": counts.pop("duplicates_theirs")}
    return {
        "ours": len(answer.ours),
        "theirs": len(answer.theirs),
        **counts,
        "duplicates": duplicates,
        "estimates": _estimates(answer),
        "expected_errors": {"false": _rounded(answer.expected_false), "missed": _rounded(answer.expected_missed)},
        "agreement": _rounded(asdict(answer.agreement)),
        "fields": {
            one.field: {"compared": one.compared, "equal": one.equal, "share": _rounded(one.share)}
            for one in answer.fields
        },
        "dates": {field: _rounded(asdict(found)) for field, found in answer.dates.items()},
        "skipped": answer.skipped,
        "settings": {"accept": answer.settings.accept, "review": answer.settings.review},
        "columns": {"ours": _columns(answer.ours), "theirs": _columns(answer.theirs)},
    }


def _estimates(answer: Answer) -> dict[str, Any]:
    """The estimates; the number of persons is null, with the reasons, where it must not be read."""
    found = answer.estimates
    best = found.corrected
    persons = {
        "persons": best.persons,
        "lower": best.limits.lower,
        "upper": best.limits.upper,
        "uncorrected": found.chapman.persons,
        "fewest": found.fewest,
        "most": found.most,
        "completeness": asdict(found.completeness),
    }
    return {
        "both": found.found.both,
        "union": found.found.union,
        "corrected_both": _rounded(found.corrected_both),
        "sensitivity": _rounded(asdict(found.sensitivity)),
        "readable": found.readable,
        "why_not": list(found.why_not),
        **(_rounded(persons) if found.readable else dict.fromkeys(persons)),
    }


def write_pairs(answer: Answer, path: Path) -> None:
    """The pairs as CSV, data rows counted from 1, in the order of our list; further rows of a person come with it."""
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(PAIR_COLUMNS)
        for pair in answer.row_pairs():
            ours, theirs = int(answer.ours.data_rows[pair.ours]), int(answer.theirs.data_rows[pair.theirs])
            writer.writerow([ours, theirs, round(pair.probability, _DIGITS), pair.kind])


def _columns(side: Side) -> Mapping[str, Any]:
    recognised = side.recognised
    return {
        "used": {field: recognised.shown(at) for field, at in recognised.columns.items()},
        "not_used": [recognised.shown(at) for at in recognised.unused],
        "encoding": side.encoding,
        "passed_over": list(side.passed_over),
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return value
