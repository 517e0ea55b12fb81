"""Case definitions (病例定义测试): three values, text of both languages from the same data, and what decides."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.cases.definitions import Known, classify, condition_from, definition_from, evaluate
from lianfang.domain.cases.terms import CLASSES
from lianfang.domain.symptoms import SYMPTOMS

FILE = Path(__file__).resolve().parents[3] / "lianfang" / "casedefs" / "generic.toml"
FEVER = Decimal("37.3")
DEFINITIONS = {
    one["code"]: definition_from(one, edition="e") for one in tomllib.loads(FILE.read_text("utf-8"))["definition"]
}
ALL_WELL = dict.fromkeys((code for code in SYMPTOMS.codes if code != "none"), False)


def met(raw, **known) -> bool | None:
    return evaluate(condition_from(raw), Known(**known), fever_c=FEVER)


def proposed(code: str, **known):
    return classify(DEFINITIONS[code], Known(**known), fever_c=FEVER)


def test_unknown_is_not_no():
    cough = {"symptom": "cough"}
    assert (met(cough), met(cough, symptoms={"cough": False}), met(cough, symptoms={"cough": True})) == (
        None, False, True
    )  # fmt: skip
    assert met({"none_of": [cough]}) is None
    assert met({"any_of": [cough, {"temperature": "fever"}]}, celsius=FEVER) is True
    assert met({"all_of": [cough, {"temperature": "fever"}]}, celsius=Decimal("36.5")) is False
    assert met({"test": "rapid", "result": "positive"}, tests={"rapid": "pending"}) is None
    assert met({"link": True}) is None
    assert met({"exposure": "any"}) is None


def test_at_least_counts_what_is_known_and_what_may_still_come():
    rule = {"at_least": 2, "of": [{"symptom": one} for one in ("cough", "fatigue", "headache")]}
    assert met(rule, symptoms={"cough": True}) is None
    assert met(rule, symptoms={"cough": True, "fatigue": True}) is True
    assert met(rule, symptoms={"cough": True, "fatigue": False, "headache": False}) is False
    assert met(rule, symptoms={"cough": False, "fatigue": False}) is False


def test_the_threshold_is_the_rule_packs_and_compared_exactly():
    assert met({"temperature": "fever"}, celsius=Decimal("37.29")) is False
    assert met({"temperature": "fever"}, celsius=Decimal("37.30")) is True
    assert met({"temperature": 38.5}, celsius=Decimal("38.4")) is False


@pytest.mark.parametrize(
    ("known", "into"),
    [
        ({"celsius": Decimal("38.1"), "symptoms": {"cough": True}}, "suspected"),
        ({"celsius": Decimal("38.1")}, ""),
        ({"celsius": Decimal("38.1"), "exposures": {"household": True}}, "suspected"),
        ({"celsius": Decimal("38.1"), "linked": True}, "probable"),
        ({"celsius": Decimal("38.1"), "tests": {"laboratory": "positive"}}, "confirmed"),
        ({"celsius": Decimal("36.5"), "symptoms": ALL_WELL, "tests": {"laboratory": "positive"}}, "asymptomatic"),
        ({"celsius": Decimal("38.1"), "symptoms": {"cough": True}, "tests": {"laboratory": "negative"}}, "discarded"),
        ({"celsius": Decimal("36.5"), "symptoms": ALL_WELL}, ""),
    ],
)
def test_fever_with_respiratory_symptoms_is_classified_by_what_is_known(known, into):
    assert proposed("fever_respiratory", **known).into == into


def test_what_is_unknown_of_a_stronger_class_is_named():
    found = proposed("fever_respiratory", tests={"laboratory": "positive"})
    assert (found.into, found.unknown) == ("confirmed", ("fever_respiratory.asymptomatic",))


def test_gastroenteritis_needs_vomiting_or_diarrhoea():
    assert proposed("gastroenteritis", symptoms={"vomiting": True}).into == "suspected"
    assert proposed("gastroenteritis", symptoms={"vomiting": True}, linked=True).into == "probable"
    assert proposed("gastroenteritis", symptoms=ALL_WELL).into == ""


def test_the_same_rule_reads_in_chinese_and_english():
    rule = DEFINITIONS["fever_respiratory"].rule("fever_respiratory.probable")
    assert rule.sentence("zh-hans", fever_c=FEVER) == (
        "（体温 37.3 ℃ 或以上，或发热），且（快速检测阳性，或临床诊断阳性，或与临床诊断或确诊病例有流行病学关联）"
    )
    assert rule.sentence("en", fever_c=FEVER) == (
        "(temperature 37.3 ℃ or above or fever) and (rapid test positive or clinical diagnosis positive or "
        "epidemiological link to a probable or confirmed case)"
    )


def test_the_lines_say_what_each_condition_came_to():
    rule = DEFINITIONS["fever_respiratory"].rule("fever_respiratory.probable")
    lines = rule.lines(Known(celsius=Decimal("38.1"), symptoms={"fever": True}), fever_c=FEVER)
    assert [(one.depth, one.met) for one in lines] == [
        (0, None), (1, True), (2, True), (2, True), (1, None), (2, None), (2, None), (2, None)
    ]  # fmt: skip
    assert lines[0].text("en") == "all of these"


@pytest.mark.parametrize("code", sorted(DEFINITIONS))
def test_every_rule_shipped_has_words_in_both_languages(code):
    for rule in DEFINITIONS[code].rules:
        assert rule.into in CLASSES.codes
        for line in rule.lines(Known(), fever_c=FEVER):
            assert line.zh
            assert line.en.isascii() or "℃" in line.en


@pytest.mark.parametrize(
    "raw",
    [
        {"symptom": "sneezing"},
        {"all_of": []},
        {"at_least": 3, "of": [{"link": True}]},
        {"test": "laboratory", "result": "maybe"},
        {"mood": "bad"},
    ],
)
def test_a_condition_that_is_not_understood_is_refused(raw):
    with pytest.raises(ValueError, match=r"not|unknown|least|no conditions"):
        condition_from(raw)


facts = st.builds(
    Known,
    symptoms=st.dictionaries(st.sampled_from(sorted(ALL_WELL)), st.booleans()),
    celsius=st.one_of(st.none(), st.decimals("34", "42", places=1)),
    tests=st.dictionaries(
        st.sampled_from(["laboratory", "rapid", "clinical"]), st.sampled_from(["positive", "negative", "pending"])
    ),
    exposures=st.dictionaries(st.sampled_from(["household", "venue"]), st.booleans()),
    linked=st.one_of(st.none(), st.booleans()),
)


@given(facts, st.sampled_from(sorted(ALL_WELL)), st.booleans())
def test_learning_more_never_turns_a_yes_or_no_around(known, symptom, value):
    if symptom in known.symptoms:
        return
    more = Known({**known.symptoms, symptom: value}, known.celsius, known.tests, known.exposures, known.linked)
    for definition in DEFINITIONS.values():
        for rule in definition.rules:
            before = rule.met(known, fever_c=FEVER)
            assert before is None or rule.met(more, fever_c=FEVER) == before


@given(facts)
def test_what_is_true_in_a_rules_first_line_is_what_it_came_to(known):
    for definition in DEFINITIONS.values():
        for rule in definition.rules:
            assert rule.lines(known, fever_c=FEVER)[0].met == rule.met(known, fever_c=FEVER)
