"""Sentences from figures (日报文字): zero, missing, bounds and small counts differ, in both languages."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.amounts import Amount, AtLeast
from lianfang.domain.briefing.figures import SECTIONS, Figure, Name, Section, Trend, in_order, sections_from
from lianfang.domain.briefing.trends import published, trend_of
from lianfang.domain.briefing.wording import Words, change_text, clause, mean_text, paragraph, words_from, written
from lianfang.domain.small import Below

FILE = Path(__file__).resolve().parents[2] / "lianfang/capabilities/briefings/words.toml"
RAW = tomllib.loads(FILE.read_text("utf-8"))
EN, ZH = (words_from(RAW, language) for language in ("en", "zh"))
UNWELL = "symptoms.unwell"
amounts = st.one_of(st.none(), st.integers(0, 10**9), st.integers(0, 10**9).map(AtLeast))


def test_symptoms_are_said_with_their_mean_and_its_change():
    figure = Figure(UNWELL, 27, 4479, measure="person", trend=Trend(Decimal("31.4"), 7, change=-12))
    assert clause(figure, EN) == "new symptoms 27 of 4,479, seven-day mean 31.4, down 12 % on the week before"
    assert clause(figure, ZH) == "今日报告症状 27 人（共 4,479 人），七日均值 31.4，较前七日下降 12%"


@pytest.mark.parametrize(
    ("figure", "en", "zh"),
    [
        (Figure(UNWELL, 0, 4479, measure="person"), "new symptoms 0 of 4,479", "今日报告症状 0 人（共 4,479 人）"),
        (Figure(UNWELL, AtLeast(12), 240, measure="person"), "new symptoms at least 12 of 240",
         "今日报告症状至少 12 人（共 240 人）"),
        (Figure(UNWELL, Below(5), 240, measure="person"), "new symptoms fewer than 5 of 240",
         "今日报告症状少于 5 人（共 240 人）"),
        (Figure("symptoms.units_fever", None, measure="person", reporting=(0, 3)),
         "fever by the units' reports not reported (0 of 3 units)", "各单位日报发热未报（3 个单位中 0 个已报）"),
        (Figure("symptoms.units_fever", AtLeast(2), measure="person", reporting=(1, 3)),
         "fever by the units' reports at least 2 (1 of 3 units)", "各单位日报发热至少 2 人（3 个单位中 1 个已报）"),
        (Figure("quality.missing", 2, 5, measure="unit", names=(Name("甲部", "Part A"),), more=1),
         "missing units 2 of 5, namely Part A and 1 more", "漏报单位 2 个单位（共 5 个单位），即甲部等，另有 1 个"),
        (Figure("incidents.handled", about=Name("有人不适", "Somebody is ill"), state="missed"),
         "handling of “Somebody is ill”: missed", "“有人不适”处置时限：超时"),
        (Figure("supplies.item", Decimal("4377.000"), about=Name("饭盒", "Lunch boxes"), measure="piece"),
         "Lunch boxes in stock 4,377 pieces", "饭盒库存 4,377 件"),
    ],
)  # fmt: skip
def test_four_kinds_of_value_are_said_in_four_ways(figure: Figure, en: str, zh: str):
    assert (clause(figure, EN), clause(figure, ZH)) == (en, zh)


def test_a_denominator_is_said_once_but_always_with_zero():
    figures = (
        Figure("reporting.received", 5, 5, measure="report"), Figure("reporting.on_time", 4, 5, measure="report"),
        Figure("reporting.missing", 0, 5, measure="report"),
    )  # fmt: skip
    section = Section("reporting", figures)
    assert paragraph(section, EN) == "Reports received 5 of 5; on time 4; missing 0 of 5."
    assert paragraph(section, ZH) == "已收日报 5 份（共 5 份）；按时 4 份；漏报 0 份（共 5 份）。"


@pytest.mark.parametrize(
    ("days", "mean", "change", "said"),
    [
        ([10] * 7 + [8] * 7, "8.0", -20, "down 20 % on the week before"),
        ([8] * 7 + [10] * 7, "10.0", 25, "up 25 % on the week before"),
        ([8] * 14, "8.0", 0, "unchanged on the week before"),
        ([0] * 14, "0.0", 0, "unchanged on the week before"),
        ([0] * 7 + [8] * 7, "8.0", None, "up from zero the week before"),
        ([None] * 7 + [8] * 7, "8.0", None, None),
    ],
)
def test_a_week_is_compared_with_the_week_before(days: list[Amount], mean: str, change: int | None, said: str | None):
    trend = trend_of(days, fewest=5)
    assert trend is not None
    assert (str(trend.mean), trend.change) == (mean, change)
    text = clause(Figure(UNWELL, 8, trend=trend), EN)
    assert text.endswith(f"seven-day mean {mean}" if said is None else said)


def test_days_that_nobody_reported_are_left_out_of_the_mean_and_said():
    trend = trend_of([*[None] * 9, 20, 22, None, 24, AtLeast(30)], fewest=5)
    assert trend == Trend(Decimal("24.0"), 4, bound=True)
    assert clause(Figure(UNWELL, 30, trend=trend), EN).endswith("seven-day mean at least 24.0 over 4 known days")


@pytest.mark.parametrize("week", [[0, 0, 1, 0, 0, 0, 0], [4, 4, 4, 4, 4, 4, 4], [None, 0, 3, AtLeast(2), 4, 0, 0]])
def test_a_mean_that_would_tell_a_small_count_is_only_said_to_be_below(week: list[Amount]):
    trend = trend_of([*[10] * 7, *week], fewest=5)
    assert trend is not None
    assert (trend.mean, trend.below, trend.change, mean_text(trend), change_text(trend)) == (5, True, None, "<5", "")
    assert ", seven-day mean below 5" in clause(Figure(UNWELL, Below(5), trend=trend), EN)
    assert "，七日均值少于 5" in clause(Figure(UNWELL, Below(5), trend=trend), ZH)
    before_is_small = trend_of([*week, *[10] * 7], fewest=5)
    assert before_is_small is not None
    assert before_is_small.change is None
    assert not before_is_small.from_zero


def test_of_a_week_with_some_hidden_counts_the_mean_is_said_about_and_no_change():
    trend = trend_of([*[10] * 7, 10, 3, 10, 10, 10, 10, 10], fewest=5)
    assert trend == trend_of([*[10] * 7, 10, 1, 10, 10, 10, 10, 10], fewest=5)
    assert (mean_text(trend), change_text(trend)) == ("≈9", "")
    figure = Figure(UNWELL, 10, 40, trend=trend)
    assert clause(figure, EN) == "new symptoms 10 of 40, seven-day mean about 9"
    assert clause(figure, ZH).endswith("，七日均值约 9")


def test_of_a_week_with_a_day_hidden_for_its_neighbour_the_mean_is_said_about_too():
    bounds = [0] * 13 + [20]
    trend = trend_of([*[10] * 7, 10, 10, 10, 10, 10, 10, 12], fewest=5, bounds=bounds)
    assert trend == trend_of([*[10] * 7, 10, 10, 10, 10, 10, 10, 14], fewest=5, bounds=bounds)
    assert (mean_text(trend), change_text(trend)) == ("≈10", "")
    assert published(12, fewest=5, bound=20) == Below(20)


few_and_many = st.lists(st.one_of(st.none(), st.integers(0, 9), st.integers(0, 9).map(AtLeast), amounts), max_size=20)


@given(few_and_many, st.integers(0, 20))
def test_no_week_holding_a_hidden_count_has_an_exact_mean_or_a_change(days: list[Amount], fewest: int):
    known = [one.value if isinstance(one, AtLeast) else one for one in days[-7:] if one is not None]
    hidden = any(0 < one < fewest for one in known)
    trend = trend_of(days, fewest=fewest)
    assert (trend is None) == (not known)
    if trend is None:
        return
    assert hidden == (trend.rough or trend.below)
    if hidden:
        masked = [1 if isinstance(one, int) and 0 < one < fewest else one for one in days]
        assert (trend.change, trend.from_zero, trend_of(masked, fewest=fewest)) == (None, False, trend)
    else:
        assert min(known) <= trend.mean + Decimal("0.05")
        assert trend.mean - Decimal("0.05") <= max(known)


@given(amounts, st.integers(0, 20))
def test_what_is_published_hides_small_counts_and_small_bounds_alone(amount: Amount, fewest: int):
    count = amount.value if isinstance(amount, AtLeast) else amount
    shown = published(amount, fewest=fewest)
    assert shown == (Below(fewest) if count is not None and 0 < count < fewest else amount)


values = st.one_of(amounts, st.integers(1, 99).map(Below), st.decimals(0, 10**6, places=3))
names = st.builds(Name, st.text(max_size=5), st.text(max_size=5))
figures = st.builds(
    Figure, st.sampled_from(sorted(code for code in RAW["labels"] if "{about}" not in RAW["labels"][code]["en"])),
    values, st.one_of(st.none(), st.integers(0, 10**6)), measure=st.sampled_from(sorted(RAW["measures"])),
    names=st.lists(names, max_size=3).map(tuple), more=st.integers(0, 9),
    trend=st.lists(amounts, max_size=14).map(lambda days: trend_of(days, fewest=5)),
)  # fmt: skip


@given(st.lists(figures, min_size=1, max_size=6))
def test_a_briefing_is_read_back_as_it_was_kept_and_said_in_both_languages(found: list[Figure]):
    section = Section("people", tuple(found))
    assert sections_from([section.as_json]) == (section,)
    for words in (EN, ZH):
        text = paragraph(section, words)
        assert "{" not in text.replace(
            "{", "", sum(one.count("{") for f in found for n in f.names for one in (n.zh, n.en))
        )
        for figure in found:
            if figure.value is not None:
                assert written(figure.value).lstrip("≥<") in text


def test_sections_come_in_their_order_and_those_without_figures_not_at_all():
    one = Figure("people.unknown", 1, 2)
    assert [part.code for part in in_order({"owed": [one], "people": [one], "cases": []})] == ["people", "owed"]


def test_every_section_has_a_title_and_every_word_both_languages():
    assert set(RAW["titles"]) == set(SECTIONS)
    for table in RAW.values():
        for code, both in table.items():
            assert set(both) == {"zh", "en"}, code
    assert isinstance(EN, Words)


def test_tables_write_means_and_changes_with_true_signs():
    falling, rising = (Trend(Decimal("31.4"), 7, change=one) for one in (-12, 8))
    assert (change_text(falling), change_text(rising), change_text(None)) == ("−12%", "+8%", "")
    assert (mean_text(falling), mean_text(Trend(Decimal("2.0"), 7, bound=True))) == ("31.4", "≥2.0")
