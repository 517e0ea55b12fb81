"""What is answered about a daily briefing (日报的格式): its sections of figures, and their wording, as JSON schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lianfang.domain.briefing.figures import SECTIONS
from lianfang.domain.briefing.wording import LANGUAGES
from lianfang.interfaces.api.schema_words import COUNT, FLAG, TEXT, choice, many, maybe, ref, said, shown

_WHOLE: Final = {"type": "integer"}
_TREND: Final = shown(
    {
        "mean": said(TEXT, "a day, over the last seven, as a decimal"),
        "days": said(COUNT, "how many of the seven were reported"),
        "bound": said(FLAG, "some of the days are lower bounds"),
        "change": said(maybe(_WHOLE), "per cent against the seven days before; null where nothing can be compared"),
        "from_zero": said(FLAG, "the mean before was zero, and this one is not"),
        "rough": said(FLAG, "some days are hidden counts: the mean is a whole number near it"),
        "below": said(FLAG, "some days are hidden counts: the mean is less than this"),
    }
)
_VALUE: Final = {
    "anyOf": [
        {"type": ["integer", "string", "null"], "description": "a count, or a decimal as text; null: not reported"},
        said(shown({"at_least": _WHOLE}), "a lower bound: some have not reported"),
        said(shown({"below": _WHOLE}), "a small count, hidden"),
    ]
}
_FIGURE: Final = {
    "type": "object",
    "properties": {
        "code": said(TEXT, "what is counted"), "value": _VALUE,
        "label": said(ref("BothLanguages"), "what is counted, in words"),
        "of": said(COUNT, "of how many"), "about": said(ref("BothLanguages"), "of which thing it is said"),
        "measure": said(TEXT, "unit of the value, such as `person`"), "trend": said(_TREND, "how it moves"),
        "reporting": {
            **many(COUNT, minItems=2, maxItems=2), "description": "how many units gave it, of how many that were asked",
        },
        "names": said(many(ref("BothLanguages")), "the units that are named"),
        "more": said(COUNT, "further units, not named"),
        "state": said(TEXT, "a word that stands in place of a number"),
    },
    "required": ["code", "value", "label"],
}  # fmt: skip
_PARAGRAPH: Final = shown(
    {"code": choice(SECTIONS), "title": TEXT, "paragraph": said(TEXT, "the section in sentences")}
)

BRIEFINGS: Final[Mapping[str, dict[str, Any]]] = {
    "BothLanguages": shown(dict.fromkeys(LANGUAGES, TEXT)),
    "BriefingFigure": _FIGURE,
    "BriefingSection": shown(
        {"code": choice(SECTIONS), "title": ref("BothLanguages"), "figures": many(ref("BriefingFigure"))}
    ),
    "BriefingParagraph": _PARAGRAPH,
}
"""The named schemas. A figure lacks the members that say nothing of it."""
OF_BRIEFINGS: Final[Mapping[str, dict[str, Any]]] = {
    "figures": said(many(ref("BriefingSection")), "the sections that have something to say, in reading order"),
    "text": said(shown(dict.fromkeys(LANGUAGES, many(ref("BriefingParagraph")))), "the sections in words, by language"),
    "changed": said(many(TEXT), "codes of the figures that differ from the version before"),
}
"""What stands in a briefing's own columns."""
