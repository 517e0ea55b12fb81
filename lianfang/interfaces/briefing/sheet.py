"""A briefing in one language (日报版面): paragraphs and a table of figures, values as text and as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from lianfang.capabilities.briefings.models import Briefing
from lianfang.capabilities.briefings.words import words_of
from lianfang.domain.briefing.figures import Figure, Section
from lianfang.domain.briefing.wording import Words, change_text, label_of, mean_text, shown, written

LOCALES: Final = {"zh": "zh-hans", "en": "en"}
SHOWN_OF_A_HASH: Final = 16  # characters


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as it stands in a table: what, how many, of how many, its seven-day mean, its change; all text.

    `number` is the value for a sheet that counts; None where the text is no plain number (unknown, bound, hidden).
    """

    section: str
    label: str
    value: str
    of: str
    mean: str
    change: str
    number: int | Decimal | None = None

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """What is drawn, in the order of the heads."""
        return self.label, self.value, self.of, self.mean, self.change


@dataclass(frozen=True, slots=True)
class Part:
    """One section: its title, its paragraph and its figures."""

    code: str
    title: str
    paragraph: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that page and files show of a briefing, in one language."""

    language: str
    title: str
    unit: str
    day: str
    sub: str
    heads: tuple[str, ...]
    parts: tuple[Part, ...]
    assessment_title: str
    assessment: str
    assessed: str
    foot: tuple[str, ...]

    @property
    def lines(self) -> list[Line]:
        """All figures in their order."""
        return [line for part in self.parts for line in part.lines]

    @property
    def as_json(self) -> dict[str, Any]:
        """As typst takes it."""
        return asdict(self) | {"rows": [[line.section, *line.cells] for line in self.lines]}

    @property
    def file_name(self) -> str:
        """What a file of it is called, without its ending."""
        return f"{self.title}-{self.unit}-{self.day}"


def sheet_of(briefing: Briefing, language: str) -> Sheet:
    """A kept version in one language, `zh` or `en`: its own sentences, and a table of its own figures."""
    with override(LOCALES[language]):
        said = {one["code"]: one for one in briefing.text[language]}
        words = words_of(language)
        return Sheet(
            language=language, title=_("Daily briefing"), unit=str(briefing.unit), day=briefing.day.isoformat(),
            sub=_("Version %(n)s, as of %(at)s") % {"n": briefing.version, "at": _at(briefing, briefing.as_of)},
            heads=(
                pgettext("briefing", "Figure"), pgettext("briefing", "Value"), pgettext("briefing", "Of"),
                _("Seven-day mean"), pgettext("briefing", "Change"),
            ),
            parts=tuple(_part(section, said[section.code], words) for section in briefing.sections),
            assessment_title=_("Assessment"), assessment=briefing.assessment, assessed=_assessed(briefing),
            foot=tuple(_foot(briefing)),
        )  # fmt: skip


def _part(section: Section, said: dict[str, str], words: Words) -> Part:
    lines = tuple(_line(figure, said["title"], words) for figure in section.figures)
    return Part(section.code, said["title"], said["paragraph"], lines)


def _line(figure: Figure, title: str, words: Words) -> Line:
    label = label_of(figure, words)
    measure = words.measures.get(figure.measure, figure.measure)
    value = shown(figure, words)
    if isinstance(figure.value, Decimal) and measure:
        value = f"{value} {measure}"
    number = figure.value if isinstance(figure.value, int | Decimal) and not figure.state else None
    of = "" if figure.of is None else written(figure.of)
    return Line(
        title, label[:1].upper() + label[1:], value, of, mean_text(figure.trend), change_text(figure.trend), number
    )


def _assessed(briefing: Briefing) -> str:
    if not briefing.assessment:
        return _("Nobody has written an assessment yet.")
    return _("Written by %(name)s at %(at)s") % {
        "name": briefing.assessed_by, "at": _at(briefing, briefing.assessed_at),
    }  # fmt: skip


def _foot(briefing: Briefing) -> Iterator[str]:
    yield _("Version made by %(name)s at %(at)s. Every figure comes from records; none is typed in.") % {
        "name": briefing.by, "at": _at(briefing, briefing.at),
    }  # fmt: skip
    yield _("Small counts about health are shown as a bound, zero with what it is a part of.")
    yield _("Hash: %(hash)s") % {"hash": briefing.hash[:SHOWN_OF_A_HASH]}


def _at(briefing: Briefing, at: Any) -> str:
    return "" if at is None else at.astimezone(briefing.unit.zone).strftime("%Y-%m-%d %H:%M")
