"""The laboratory test of an answer (检测结果): result, sample number, moments and Ct value, and whether they fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal

from lianfang.domain.parsing.choices import TEST_RESULTS, parse_choice
from lianfang.domain.parsing.dates import parse_moment
from lianfang.domain.parsing.drafts import TestResult
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import parse_measure
from lianfang.domain.parsing.text import clean_text, is_blank

MEMBERS = ("result", "sample_no", "sampled_at", "reported_at", "ct")
SAMPLE_LENGTH = 64  # characters of a sample number
CT_LOW, CT_HIGH = Decimal(0), Decimal(60)  # cycles of a run; no instrument runs longer


def parse_test(raw: object, found: Findings, *, zone: tzinfo, channel: str) -> TestResult | None:
    """The test, or None when nothing of it was filled in; every problem is kept in `found`."""
    if is_blank(raw):
        return None
    if not isinstance(raw, Mapping):
        found.problem("type", "test")
        return None
    found.check_members(raw, MEMBERS, within="test.")
    if all(is_blank(value) for value in raw.values()):
        return None
    notes = found.notes
    test = TestResult(
        result=found.attempt(lambda: _result(raw, found, channel=channel), ""),
        sample_no=found.attempt(
            lambda: clean_text(raw.get("sample_no"), "test.sample_no", max_length=SAMPLE_LENGTH, notes=notes), ""
        ),
        sampled_at=_moment(raw, "sampled_at", found, zone=zone, channel=channel),
        reported_at=_moment(raw, "reported_at", found, zone=zone, channel=channel),
        ct=_ct(raw.get("ct"), found),
    )
    _compare(test, found)
    return test


def _result(raw: Mapping[str, object], found: Findings, *, channel: str) -> str:
    return parse_choice(raw.get("result"), "test.result", found.notes, TEST_RESULTS, channel=channel)


def _moment(raw: Mapping[str, object], name: str, found: Findings, *, zone: tzinfo, channel: str) -> datetime | None:
    given = raw.get(name)
    if is_blank(given):
        return None
    return found.attempt(lambda: parse_moment(given, f"test.{name}", found.notes, zone=zone, channel=channel), None)


def _ct(given: object, found: Findings) -> Decimal | None:
    if is_blank(given):
        return None
    return found.attempt(lambda: parse_measure(given, "test.ct", found.notes, low=CT_LOW, high=CT_HIGH), None)


def _compare(test: TestResult, found: Findings) -> None:
    if test.sampled_at and test.reported_at and test.reported_at < test.sampled_at:
        found.problem("cross.order", "test.reported_at", earlier="test.sampled_at")
    if test.result == "negative" and test.ct is not None:
        found.warn("cross.result_ct", "test.ct", kept=test.ct)
