"""Case definitions as data (病例定义): one tree of conditions is evaluated to yes, no or unknown, and told as text.

Unknown is not no: a symptom nobody asked about neither meets nor excludes a condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from lianfang.domain.cases.terms import CLASSES, EXPOSURES, RESULTS, TESTS
from lianfang.domain.rules.hazards import ANY
from lianfang.domain.symptoms import SYMPTOMS

FEVER: Final = "fever"
"""In place of a number: the threshold of the rule pack in force."""
_GROUPS: Final = ("all_of", "any_of", "none_of")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person. What is missing is unknown, never no."""

    symptoms: Mapping[str, bool] = field(default_factory=dict)
    celsius: Decimal | None = None  # the highest reading
    tests: Mapping[str, str] = field(default_factory=dict)  # kind -> newest result, or positive if ever positive
    exposures: Mapping[str, bool] = field(default_factory=dict)  # kind of exposure to a case
    linked: bool | None = None  # to a probable or confirmed case


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: a group (`all_of`, `any_of`, `none_of`, `at_least`) of others, or a leaf about one fact."""

    kind: str
    of: str = ""  # symptom, kind of test or exposure
    result: str = ""  # of a test
    least: Decimal | None = None  # °C of a temperature, None for the rule pack's; how many of `at_least`
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A condition as it is read on a page: how deep it stands, its words in both languages, and what it came to."""

    depth: int
    zh: str
    en: str
    met: bool | None

    def text(self, language: str) -> str:
        """The words in a language."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a case of one class."""

    code: str
    into: str
    condition: Condition

    def met(self, known: Known, *, fever_c: Decimal) -> bool | None:
        """Whether the condition holds: yes, no, or None when that is not known."""
        return evaluate(self.condition, known, fever_c=fever_c)

    def lines(self, known: Known, *, fever_c: Decimal) -> tuple[Line, ...]:
        """The rule as text, every condition with what it came to."""
        return tuple(_lines(self.condition, known, fever_c, 0))

    def sentence(self, language: str, *, fever_c: Decimal) -> str:
        """The rule in one sentence."""
        return _sentence(self.condition, language, fever_c)


@dataclass(frozen=True, slots=True)
class Definition:
    """A case definition: its names and its rules, the strongest class first."""

    code: str
    zh: str
    en: str
    edition: str
    rules: tuple[Rule, ...]
    hazard: str = ANY  # whose rules hold for its cases and their contacts
    report_hours: Mapping[str, int] = field(default_factory=dict)  # class -> hours within which it is reported by law

    def name(self, language: str) -> str:
        """The name in a language."""
        return self.zh if language.startswith("zh") else self.en

    def rule(self, code: str) -> Rule | None:
        """The rule of this code."""
        return next((one for one in self.rules if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the rules say: the class and rule that is met ("" for none), and the stronger rules that are open."""

    into: str
    rule: str
    unknown: tuple[str, ...]  # codes of rules that are neither met nor excluded


def classify(definition: Definition, known: Known, *, fever_c: Decimal) -> Proposed:
    """The first rule that is met decides; rules before it that are unknown are named, for they may decide later."""
    unknown: list[str] = []
    for rule in definition.rules:
        met = rule.met(known, fever_c=fever_c)
        if met:
            return Proposed(rule.into, rule.code, tuple(unknown))
        if met is None:
            unknown.append(rule.code)
    return Proposed("", "", tuple(unknown))


def evaluate(condition: Condition, known: Known, *, fever_c: Decimal) -> bool | None:
    """Three-valued: True, False, or None when the facts do not tell."""
    if condition.kind in _GROUPS or condition.kind == "at_least":
        found = [evaluate(part, known, fever_c=fever_c) for part in condition.parts]
        return _grouped(condition, found)
    return _leaf(condition, known, fever_c)


def _grouped(condition: Condition, found: list[bool | None]) -> bool | None:
    met, open_ = found.count(True), found.count(None)
    wanted = {"all_of": len(found), "at_least": int(condition.least or 1)}.get(condition.kind, 1)
    held = True if met >= wanted else None if met + open_ >= wanted else False
    if condition.kind == "none_of":
        return None if held is None else not held
    return held


def _leaf(condition: Condition, known: Known, fever_c: Decimal) -> bool | None:
    if condition.kind == "temperature":
        limit = fever_c if condition.least is None else condition.least
        return None if known.celsius is None else known.celsius >= limit
    if condition.kind == "symptom":
        return known.symptoms.get(condition.of)
    if condition.kind == "exposure":
        return _exposed(condition.of, known.exposures)
    if condition.kind == "test":
        result = known.tests.get(condition.of)
        return None if result in (None, "pending") else result == condition.result
    return known.linked


def _exposed(of: str, exposures: Mapping[str, bool]) -> bool | None:
    if of != "any":
        return exposures.get(of)
    return True if any(exposures.values()) else None if not exposures else False


# Reading the data.


def definition_from(raw: Mapping[str, Any], *, edition: str) -> Definition:
    """A definition of a file; `ValueError` names what is not understood."""
    code = str(raw["code"])
    rules = tuple(_rule(code, one) for one in raw["rules"])
    if len({rule.code for rule in rules}) < len(rules):
        raise ValueError(f"{code}: two rules of one code")
    hazard, hours = str(raw.get("hazard", ANY)), _hours(code, raw.get("report_hours", {}))
    return Definition(code, str(raw["zh"]), str(raw["en"]), edition, rules, hazard, hours)


def _hours(definition: str, raw: Mapping[str, Any]) -> dict[str, int]:
    for into, hours in raw.items():
        if into not in CLASSES.codes or type(hours) is not int or hours < 1:
            raise ValueError(f"{definition}: {into!r} is not reported within {hours!r} hours")
    return dict(raw)


def _rule(definition: str, raw: Mapping[str, Any]) -> Rule:
    into = str(raw["into"])
    if into not in CLASSES.codes:
        raise ValueError(f"{definition}: unknown class {into!r}")
    return Rule(str(raw.get("code", f"{definition}.{into}")), into, condition_from(raw["when"]))


def condition_from(raw: Mapping[str, Any]) -> Condition:
    """A condition of a file: one of `all_of`, `any_of`, `none_of`, `at_least`, or a leaf; else `ValueError`."""
    for group in _GROUPS:
        if group in raw:
            return Condition(group, parts=_parts(raw[group]))
    if "at_least" in raw:
        parts = _parts(raw["of"])
        if not 1 <= int(raw["at_least"]) <= len(parts):
            raise ValueError(f"at least {raw['at_least']} of {len(parts)}")
        return Condition("at_least", least=Decimal(int(raw["at_least"])), parts=parts)
    return _leaf_from(raw)


def _parts(raw: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    parts = tuple(condition_from(one) for one in raw)
    if not parts:
        raise ValueError("a group of no conditions")
    return parts


def _leaf_from(raw: Mapping[str, Any]) -> Condition:
    if "temperature" in raw:
        given = raw["temperature"]
        return Condition("temperature", least=None if given == FEVER else Decimal(str(given)))
    if "link" in raw:
        return Condition("link")
    if "test" in raw:
        return Condition("test", _known(TESTS, raw["test"]), _known(RESULTS, raw["result"]))
    for kind, choices in (("symptom", SYMPTOMS), ("exposure", EXPOSURES)):
        if kind in raw:
            return Condition(kind, "any" if raw[kind] == "any" else _known(choices, raw[kind]))
    raise ValueError(f"not a condition: {dict(raw)}")


def _known(choices: Any, code: object) -> str:
    if code not in choices.codes:
        raise ValueError(f"unknown word {code!r}")
    return str(code)


# Telling it.

_HEADS: Final = {
    "all_of": ("以下各项都符合", "all of these"),
    "any_of": ("以下至少一项符合", "any of these"),
    "none_of": ("以下各项都不符合", "none of these"),
}


def _lines(condition: Condition, known: Known, fever_c: Decimal, depth: int) -> Iterator[Line]:
    met = evaluate(condition, known, fever_c=fever_c)
    yield Line(depth, _words(condition, "zh", fever_c), _words(condition, "en", fever_c), met)
    for part in condition.parts:
        yield from _lines(part, known, fever_c, depth + 1)


def _words(condition: Condition, language: str, fever_c: Decimal) -> str:
    chinese = language.startswith("zh")
    if condition.kind in _HEADS:
        return _HEADS[condition.kind][0 if chinese else 1]
    if condition.kind == "at_least":
        return f"以下至少 {condition.least} 项符合" if chinese else f"at least {condition.least} of these"
    if condition.kind == "temperature":
        limit = fever_c if condition.least is None else condition.least
        return f"体温 {limit} ℃ 或以上" if chinese else f"temperature {limit} ℃ or above"
    if condition.kind == "link":
        return (
            "与临床诊断或确诊病例有流行病学关联" if chinese else "epidemiological link to a probable or confirmed case"
        )
    return _named(condition, language)


def _named(condition: Condition, language: str) -> str:
    chinese = language.startswith("zh")
    if condition.kind == "symptom":
        return SYMPTOMS.label(condition.of, language) if chinese else SYMPTOMS.label(condition.of, language).lower()
    if condition.kind == "test":
        test, result = TESTS.label(condition.of, language), RESULTS.label(condition.result, language)
        return f"{test}{result}" if chinese else f"{test.lower()} {result.lower()}"
    if condition.of == "any":
        return "有接触史" if chinese else "exposed to a case"
    where = EXPOSURES.label(condition.of, language)
    return f"接触史：{where}" if chinese else f"exposure: {where.lower()}"


def _sentence(condition: Condition, language: str, fever_c: Decimal) -> str:
    if not condition.parts:
        return _words(condition, language, fever_c)
    chinese = language.startswith("zh")
    inner = [_sentence(part, language, fever_c) for part in condition.parts]
    between = {"all_of": ("，且", " and "), "any_of": ("，或", " or ")}.get(condition.kind, ("、", ", "))
    pairs = zip(condition.parts, inner, strict=True)
    joined = between[0 if chinese else 1].join(_bracketed(part, text, chinese=chinese) for part, text in pairs)
    if condition.kind in ("all_of", "any_of"):
        return joined
    head = _words(condition, language, fever_c)
    return f"{head}（{joined}）" if chinese else f"{head} ({joined})"


def _bracketed(part: Condition, text: str, *, chinese: bool) -> str:
    if part.kind not in ("all_of", "any_of") or len(part.parts) == 1:
        return text
    return f"（{text}）" if chinese else f"({text})"
