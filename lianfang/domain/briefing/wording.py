"""Sentences from figures (日报文字): by rules, in Chinese and in English, the same numbers in both.

The words are data (`Words`); a figure without words is a fault of the data and raises `KeyError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from lianfang.domain.amounts import AtLeast
from lianfang.domain.briefing.figures import Figure, Name, Section, Trend, Value
from lianfang.domain.small import Below

LANGUAGES: Final = ("zh", "en")
UNKNOWN: Final = "—"
_SIGNS: Final = {"mean": "", "mean_at_least": "≥", "mean_about": "≈", "mean_below": "<"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of briefings in one language: titles of sections, labels of figures, and how sentences are joined."""

    language: str
    titles: Mapping[str, str]
    labels: Mapping[str, str]
    wholes: Mapping[str, str]
    states: Mapping[str, str]
    measures: Mapping[str, str]
    phrases: Mapping[str, str]

    def name(self, name: Name) -> str:
        """A name in this language."""
        return name.zh if self.language == "zh" else name.en


def words_from(raw: Mapping[str, Mapping[str, Mapping[str, str]]], language: str) -> Words:
    """The words of a file whose tables hold `{zh, en}` for each code."""
    tables: dict[str, Any] = {
        table: {code: both[language] for code, both in entries.items()} for table, entries in raw.items()
    }
    return Words(language, **tables)


def written(value: Value) -> str:
    """A value as text: `4,479`, `≥12`, `<5`, `12.5`, `—`."""
    if value is None:
        return UNKNOWN
    if isinstance(value, AtLeast):
        return f"≥{value.value:,}"
    if isinstance(value, Below):
        return f"<{value.below:,}"
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"


def mean_text(trend: Trend | None) -> str:
    """The seven-day mean as text: `31.4`, `≥31.4`, and of hidden counts `<5` or `≈7`; empty where there is none."""
    return "" if trend is None else f"{_SIGNS[_how(trend)]}{trend.mean:,}"


def change_text(trend: Trend | None) -> str:
    """The change as text: `−12%`, `0%`, `+8%`; empty where there is nothing to compare with."""
    if trend is None or trend.change is None:
        return ""
    return f"{'+' if trend.change > 0 else '−' if trend.change < 0 else ''}{abs(trend.change):,}%"


def label_of(figure: Figure, words: Words) -> str:
    """What a figure is called, with the thing that it is about."""
    label = words.labels[figure.code]
    return label.format(about=words.name(figure.about)) if figure.about else label


def shown(figure: Figure, words: Words) -> str:
    """The value as a table shows it: a word where there is one, else the number."""
    return words.states[figure.state] if figure.state else written(figure.value)


def paragraph(section: Section, words: Words) -> str:
    """One section as one paragraph; every figure is said, in its order."""
    figures, before = section.figures, (None, *section.figures)
    clauses = (clause(one, words, after=earlier) for one, earlier in zip(figures, before, strict=False))
    said = words.phrases["between"].join(clauses)
    first = said[:1].upper() if words.language == "en" else said[:1]
    return words.phrases["whole"].format(text=first + said[1:])


def clause(figure: Figure, words: Words, *, after: Figure | None = None) -> str:
    """One figure in words: `new symptoms 27 of 4,479, seven-day mean 31.4, down 12 % on the week before`.

    A denominator that the figure before (`after`) has said already is not said again, except with zero.
    """
    again = after is not None and after.of == figure.of and after.measure == figure.measure and figure.value != 0
    parts = [_value(figure, words, whole="" if again else _whole(figure, words)), *_trend(figure.trend, words)]
    if figure.names:
        parts.append(_names(figure, words))
    return words.phrases["comma"].join(parts)


def _whole(figure: Figure, words: Words) -> str:
    if figure.of is None:
        return ""
    measure = words.measures.get(figure.measure, figure.measure)
    phrase = words.wholes.get(figure.code, words.phrases["of"])
    return phrase.format(of=written(figure.of), measure=measure)


def _value(figure: Figure, words: Words, *, whole: str) -> str:
    say, label = words.phrases, label_of(figure, words)
    if figure.state:
        return say["stated"].format(label=label, value=words.states[figure.state])
    measure = words.measures.get(figure.measure, figure.measure)
    if figure.value is None:
        return say["unknown"].format(label=label) + _reporting(figure, words)
    how = "at_least" if isinstance(figure.value, AtLeast) else "below" if isinstance(figure.value, Below) else "exact"
    number = written(figure.value).lstrip("≥<")
    said = say[how].format(label=label, value=number, measure=measure, of=whole)
    return " ".join(said.split()) + _reporting(figure, words)


def _reporting(figure: Figure, words: Words) -> str:
    if figure.reporting is None or figure.reporting[0] >= figure.reporting[1]:
        return ""
    gave, asked = (f"{one:,}" for one in figure.reporting)
    return words.phrases["reporting"].format(gave=gave, asked=asked)


def _trend(trend: Trend | None, words: Words) -> Iterable[str]:
    if trend is None:
        return
    say = words.phrases
    short = "" if trend.days == 7 else say["known_days"].format(days=trend.days)  # noqa: PLR2004  a week has seven
    yield say[_how(trend)].format(mean=f"{trend.mean:,}") + short
    if trend.from_zero:
        yield say["from_zero"]
    elif trend.change is not None:
        way = "up" if trend.change > 0 else "down" if trend.change < 0 else "unchanged"
        yield say[way].format(change=f"{abs(trend.change):,}")


def _how(trend: Trend) -> str:
    """The phrase in which a mean is said."""
    if trend.below:
        return "mean_below"
    return "mean_about" if trend.rough else "mean_at_least" if trend.bound else "mean"


def _names(figure: Figure, words: Words) -> str:
    named = words.phrases["listed"].join(words.name(one) for one in figure.names)
    more = words.phrases["more"].format(more=f"{figure.more:,}") if figure.more else ""
    return words.phrases["namely"].format(names=named + more)
