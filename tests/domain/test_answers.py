"""One report is read whole, and all that is wrong with it is said at once (填报解析)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.answers import MEMBERS, nest
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import MOST_ENTRIES, SYMPTOMS, is_fever, needs_care, parse_symptoms
from tests.domain.reading import NOW, POLICY, TODAY, code_of, json_values, problems_of, report, understood, unhurried


def notes_of(raw: dict[str, Any], channel: str = "json") -> dict[str, str]:
    return {note.field: note.code for note in understood(raw, channel)[1]}


def symptoms(raw: Any, channel: str = "json") -> tuple[str, ...]:
    return parse_symptoms(raw, "symptoms", [], channel=channel)


def test_the_valid_report_is_understood_without_a_word() -> None:
    draft, notes = understood(report())
    assert notes == []
    assert (draft.unit, draft.day, draft.slot, draft.state) == ("S1-K1", TODAY, "am", "well")
    assert (draft.temperature, draft.symptoms, draft.health_code) == (Decimal("36.5"), (), "green")
    assert draft.person.identity
    assert (draft.person.name, draft.person.phone, draft.person.birth_date) == (
        "张伟",
        "+8613800138000",
        date(1949, 12, 31),
    )
    assert draft.test
    assert (draft.test.result, draft.test.sample_no, draft.test.ct) == ("negative", "SMP-A-0001", None)
    assert draft.reported_at == NOW


def test_everything_wrong_is_said_in_one_answer() -> None:
    raw = report(
        temperature="365", day="2026-02-30", person__name="--", symptoms=["x"], test__result="+", extra=1, key="k"
    )
    raw["person"]["role"] = "admin"
    assert problems_of(raw) == {
        "extra": "field.unknown",
        "person.role": "field.unknown",
        "person.name": "text.placeholder",
        "temperature": "number.out_of_range",
        "symptoms": "choice.unknown",
        "key": "key.format",
        "day": "date.invalid",
        "test.result": "choice.unknown",
    }


def test_a_phone_check_in_needs_no_temperature_and_it_stays_unknown() -> None:
    draft, _ = understood(report(state="well", temperature=None, symptoms=None))
    assert (draft.state, draft.temperature, draft.symptoms) == ("well", None, ())
    assert understood(report(state="unwell", temperature=""))[0].state == "unwell"


def test_without_a_state_the_temperature_is_owed() -> None:
    assert problems_of(report(temperature=None)) == {"temperature": "required"}


@pytest.mark.parametrize(
    ("change", "state"), [({"temperature": "37.3"}, "unwell"), ({"symptoms": ["cough"]}, "unwell"), ({}, "well")]
)
def test_a_fever_or_a_symptom_makes_the_state(change: dict[str, Any], state: str) -> None:
    assert understood(report(**change))[0].state == state


def test_well_beside_a_fever_is_kept_as_unwell_and_shown() -> None:
    draft, notes = understood(report(state="well", temperature="38.1"))
    assert draft.state == "unwell"
    assert [(note.code, note.field, note.warning) for note in notes] == [("cross.state", "state", True)]


def test_a_person_of_the_register_is_named_by_ref_alone() -> None:
    draft, _ = understood(report(person={"ref": "0195541e-5a00-7000-8000-00000000000a"}, unit=None))
    assert draft.person.ref.endswith("0a")
    assert (draft.person.identity, draft.person.name, draft.unit) == (None, "", "")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"person": None}, "person", "required"),
        ({"person": "张伟"}, "person", "type"),
        ({"person__id_number": None}, "person.id_number", "required"),
        ({"person__name": None}, "person.name", "required"),
        ({"person__id_type": "library_card"}, "person.id_type", "choice.unknown"),
        ({"person__birth_date": "2030-01-01"}, "person.birth_date", "date.in_future"),
        ({"person__guardian_notice": "yes"}, "person.guardian_notice", "type"),
        ({"unit": None}, "unit", "required"),
        ({"unit": ["S1"]}, "unit", "type"),
        ({"day": None}, "day", "required"),
        ({"day": "2026-03-03"}, "day", "date.in_future"),
        ({"day": "1999-12-31"}, "day", "date.out_of_window"),
        ({"slot": "midnight"}, "slot", "choice.unknown"),
        ({"slot": 1}, "slot", "type"),
        ({"state": "dead"}, "state", "choice.unknown"),
        ({"health_code": 1}, "health_code", "type"),
        ({"test": "negative"}, "test", "type"),
        ({"test__result": None}, "test.result", "required"),
        ({"test__ct": "99"}, "test.ct", "number.out_of_range"),
        ({"test__sampled_at": "2026-03-02T09:00:00+08:00"}, "test.reported_at", "cross.order"),
        ({"test__lab": "x"}, "test.lab", "field.unknown"),
        ({"note": {}}, "note", "type"),
        ({"note": "a\x00"}, "note", "text.control_character"),
        ({"note": "x" * 1001}, "note", "text.too_long"),
        ({"key": None}, "key", "required"),
        ({"key": 12345678}, "key", "type"),
        ({"key": "x" * 201}, "key", "key.format"),
        ({"key": "abcdefg\r\nX-Y: 1"}, "key", "key.format"),
        ({"key": "钥匙钥匙钥匙钥匙"}, "key", "key.format"),
    ],
)
def test_one_wrong_member_is_the_only_one_named(change: dict[str, Any], field: str, code: str) -> None:
    assert problems_of(report(**change)) == {field: code}


def test_a_body_that_is_no_object_is_refused() -> None:
    wrong: list[Any] = [None, [], "x", 5]
    assert [code_of(understood, raw) for raw in wrong] == ["type"] * 4


def test_a_missing_slot_is_the_only_one_that_is_asked_for() -> None:
    assert understood(report(slot=None))[0].slot == POLICY.slots[0]


@pytest.mark.parametrize("blank", [None, "", " "])
def test_what_is_not_asked_of_everybody_may_be_blank(blank: Any) -> None:
    raw = report()
    raw.update(health_code=blank, test=blank, reported_at=blank, note=blank)
    raw["person"].update(phone=blank, birth_date=blank, guardian_notice=blank, id_type=blank)
    draft, notes = understood(raw)
    assert (draft.health_code, draft.test, draft.reported_at, draft.person.phone, notes) == (None, None, None, "", [])
    assert draft.person.guardian_notice is None


def test_a_child_s_answer_needs_the_guardian_s_notice_once_it_is_denied() -> None:
    child = {"person__name": "小明", "person__id_number": "530102201606150007"}
    assert understood(report(**child))[0].person.guardian_notice is None
    assert understood(report(**child, person__guardian_notice=True))[0].person.guardian_notice is True
    assert problems_of(report(**child, person__guardian_notice=False)) == {
        "person.guardian_notice": "minor.guardian_notice"
    }
    assert problems_of(report(person__guardian_notice=False)) == {}


def test_somebody_without_a_document_gives_the_reason_instead() -> None:
    nobody = report(person__id_type="none", person__id_number=None)
    assert problems_of(nobody) == {"person.id_reason": "required"}
    nobody["person"]["id_reason"] = "新生儿"
    person = understood(nobody)[0].person
    assert (person.id_type, person.identity, person.id_reason) == ("none", None, "新生儿")
    assert problems_of(report(person__id_type="none")) == {"person.id_number": "id.format"}


def test_a_clock_ahead_is_warned_of_and_a_week_offline_is_not() -> None:
    assert notes_of(report(reported_at="2026-03-02T16:16:00+08:00")) == {"reported_at": "clock.skew"}
    assert notes_of(report(reported_at="2026-03-02T16:15:00+08:00")) == {}
    assert notes_of(report(day="2026-02-23", reported_at="2026-02-23T07:00:00+08:00")) == {}


@pytest.mark.parametrize("word", ["GREEN", "Green", "绿码", "绿", " green"])
def test_a_choice_in_another_word_is_kept_by_its_code_and_noted(word: str) -> None:
    assert understood(report(health_code=word))[0].health_code == "green"
    assert notes_of(report(health_code=word)) == {"health_code": "choice.unknown"}


def test_a_retired_member_is_named_and_the_report_is_kept() -> None:
    assert notes_of(report(travel_code_star=False)) == {"travel_code_star": "field.retired"}


def test_an_unknown_member_is_named_in_a_form_fit_to_be_shown() -> None:
    raw = {**report(), "a\x1b[31m" + "b" * 100: 1, "__class__": 2}
    assert set(problems_of(raw)) == {"a?[31m" + "b" * 54, "__class__"}


def test_a_row_of_a_table_reads_like_a_report() -> None:
    cells = {
        "姓名": "张伟",
        "证件号码": "11010519491231002X",
        "日期": "2026/3/2",
        "时段": "上午",
        "体温": "36.5",
        "症状": "发热、咳嗽",
    }
    draft, notes = understood(nest({**cells, "监护人告知": "是", "健康码": "绿码", "检测结果": "", "Ct值": ""}), "text")
    assert (draft.key, draft.unit, draft.symptoms, draft.state) == ("", "", ("fever", "cough"), "unwell")
    assert (draft.person.guardian_notice, draft.health_code, draft.test) == (True, "green", None)
    assert [note.code for note in notes] == ["date.format"]
    assert problems_of(nest({**cells, "单位代码": " "}), "text") == {"unit": "required"}


def test_a_form_of_a_page_reads_like_a_report() -> None:
    raw = {
        "key": "",
        "day": "2026-03-02",
        "slot": "am",
        "person": {"ref": "p1"},
        "state": "unwell",
        "temperature": "",
        "symptoms": ["cough"],
    }
    draft, notes = understood({**raw, "reported_at": "2026-03-02T16:00"}, "form")
    assert (draft.state, draft.temperature, draft.symptoms) == ("unwell", None, ("cough",))
    assert [note.code for note in notes] == ["time.no_offset"]


@pytest.mark.parametrize(
    ("raw", "channel", "codes"),
    [
        (["none"], "json", ()),
        ([], "json", ()),
        (None, "json", ()),
        (["cough", "fever", "cough"], "json", ("cough", "fever")),
        ("发热、咳嗽", "text", ("fever", "cough")),
        ("发烧，拉肚子；头疼", "text", ("fever", "diarrhoea", "headache")),
        ("发热 咳嗽", "text", ("fever", "cough")),
        ("sore throat, Loss of taste or smell", "text", ("sore_throat", "taste_smell_loss")),
        ("Sore throat", "form", ("sore_throat",)),
        ("无", "text", ()),
        ("", "text", ()),
    ],
)
def test_symptoms_are_understood(raw: Any, channel: str, codes: tuple[str, ...]) -> None:
    assert symptoms(raw, channel) == codes


@pytest.mark.parametrize(
    ("raw", "channel", "code"),
    [
        ("fever", "json", "type"),
        ([["fever"]], "json", "type"),
        ([None], "json", "type"),
        ({"fever": True}, "json", "type"),
        (["itching"], "json", "choice.unknown"),
        ("发热、痒", "text", "choice.unknown"),
        (["none", "cough"], "json", "choice.contradiction"),
        (["cough"] * (MOST_ENTRIES + 1), "json", "text.too_long"),
    ],
)
def test_what_are_no_symptoms_is_refused(raw: Any, channel: str, code: str) -> None:
    assert code_of(symptoms, raw, channel) == code


def test_every_symptom_has_both_words_and_no_word_means_two() -> None:
    assert all(choice.zh and choice.en and SYMPTOMS.find(choice.zh) == choice.code for choice in SYMPTOMS.choices)
    words = [word for choice in SYMPTOMS.choices for word in (choice.code, choice.zh, *choice.aliases)]
    assert len(words) == len(set(words))
    assert all(SYMPTOMS.find(word) == choice.code for choice in SYMPTOMS.choices for word in choice.aliases)
    assert (SYMPTOMS.label("fever", "zh-hans"), SYMPTOMS.label("fever", "en")) == ("发热", "Fever")


def test_fever_begins_exactly_at_the_line_and_unknown_is_none() -> None:
    assert [is_fever(t, POLICY) for t in (Decimal("37.3"), Decimal("37.29"), Decimal("37.25"), None)] == [
        True,
        False,
        False,
        False,
    ]
    assert needs_care(("cough",), None, POLICY)
    assert needs_care((), Decimal("37.3"), POLICY)
    assert not needs_care(("none",), Decimal("36.5"), POLICY)


@unhurried
@given(st.dictionaries(st.sampled_from(MEMBERS), json_values(), max_size=6), st.sampled_from(["json", "text", "form"]))
def test_no_report_escapes_the_one_refusal(changes: dict[str, Any], channel: str) -> None:
    try:
        understood({**report(), **changes}, channel)
    except Refused as refused:
        assert all(problem.code and problem.field for problem in refused.problems)


@unhurried
@given(
    st.dictionaries(
        st.sampled_from(["id_type", "id_number", "name", "phone", "birth_date", "guardian_notice", "ref"]),
        json_values(),
    )
)
def test_no_person_escapes_the_one_refusal(changes: dict[str, Any]) -> None:
    raw = report()
    raw["person"].update(changes)
    assert all(field.startswith("person") for field in problems_of(raw) if field != "unit")
