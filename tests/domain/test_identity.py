"""Document numbers, phones, ages and masks (身份)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lianfang.domain.identity import (
    Identity,
    age_on,
    is_child,
    is_valid_resident_number,
    long_number,
    mask_name,
    mask_number,
    mask_phone,
    parse_id_type,
    parse_identity,
    parse_phone,
)
from lianfang.domain.refusals import Note
from tests.domain.reading import POLICY, TODAY, WORLD, code_of, json_values, unhurried, wide

PRINTED = "11010519491231002X"  # the example printed in GB 11643-1999
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def checked(body: str) -> str:
    """The number with its check digit, by the weights of the standard, as a second opinion on the library."""
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True)) % 11]


def identity(raw: Any, id_type: str = "resident") -> tuple[Identity, list[Note]]:
    notes: list[Note] = []
    return parse_identity(id_type, raw, "person.id_number", notes, today=TODAY), notes


def phone(raw: Any) -> tuple[str, list[Note]]:
    notes: list[Note] = []
    return parse_phone(raw, "person.phone", notes), notes


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Synthetic numbers only: the test area, or the sequence 000."""
    born = draw(st.dates(TODAY - timedelta(days=120 * 365), TODAY))
    body = draw(st.sampled_from([f"519999{born:%Y%m%d}123", f"110105{born:%Y%m%d}000", f"519999{born:%Y%m%d}998"]))
    return checked(body)


def test_acceptance_17_the_printed_number_is_valid_and_with_its_last_digit_changed_it_is_not() -> None:
    assert is_valid_resident_number(PRINTED, today=TODAY)
    assert not any(is_valid_resident_number(PRINTED[:-1] + last, today=TODAY) for last in "0123456789")
    assert is_valid_resident_number("440524188001010014", today=date(1999, 7, 1))


def test_a_number_says_when_its_holder_was_born_and_the_sex() -> None:
    assert identity(PRINTED) == (Identity("resident", PRINTED, date(1949, 12, 31), "female"), [])
    assert identity(checked("51999920000229123"))[0].sex == "male"


def test_the_synthetic_area_is_accepted() -> None:
    assert identity(checked("51999920160615000"))[0].birth_date == date(2016, 6, 15)


@pytest.mark.parametrize("person", WORLD["persons"], ids=lambda one: one["ref"])
def test_everybody_in_the_small_world_has_a_valid_number(person: dict[str, Any]) -> None:
    assert identity(person["id_number"])[0].number == person["id_number"]


def test_an_old_number_gets_its_century_and_check_digit_and_is_noted_masked() -> None:
    kept, notes = identity("110105491231002")
    assert kept.number == PRINTED == long_number("110105491231002")
    assert [(note.code, note.kept) for note in notes] == [("id.length", "1***************2X")]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("110105194912310021", "id.checksum"),
        ("11010519491231002", "id.length"),
        ("1101051949123100211", "id.length"),
        ("11O10519491231002X", "id.format"),
        ("X1010519491231002X", "id.format"),
        ("11010519490231002X", "id.birth_date"),
        (checked("11010520300101000"), "id.birth_date"),
        (checked("11010518000101000"), "id.birth_date"),
        (checked("99000019900101000"), "id.region"),
        (checked("81000019900101000"), "id.region"),
        ("1.10105E+17", "id.precision_lost"),
        ("1.10105194912310E17", "id.precision_lost"),
        (1.10105194912310e17, "id.precision_lost"),
        ("110105194912310000", "id.precision_lost"),
        ("1***************2X", "field.masked"),
        ("无", "id.format"),
        ("", "required"),
        (None, "required"),
        (110105194912310021, "type"),
    ],
)
def test_a_wrong_number_is_refused_with_its_reason(raw: Any, code: str) -> None:
    assert code_of(identity, raw) == code


@pytest.mark.parametrize(
    ("id_type", "raw"),
    [
        ("passport", "E12345678"),
        ("passport", "K00000000"),
        ("permit", "H00000000"),
        ("permit", "0000000000"),
        ("permit", "00000000"),
        ("residence_permit", checked("81000019900101000")),
        ("foreign_resident", checked("93127619900101000")),
        ("foreign_resident", "XXX110000000000"),
    ],
)
def test_other_documents_are_not_forced_into_eighteen_digits(id_type: str, raw: str) -> None:
    kept, notes = identity(raw, id_type)
    assert (kept.kind, kept.number, notes) == (id_type, raw, [])


@pytest.mark.parametrize(
    ("id_type", "raw", "code"),
    [
        ("passport", "ABCDEFG", "id.format"),
        ("passport", "1234", "id.format"),
        ("permit", "H12", "id.format"),
        ("residence_permit", PRINTED, "id.region"),
        ("residence_permit", "E12345678", "id.format"),
        ("foreign_resident", PRINTED, "id.format"),
        ("driving_licence", "123456", "choice.unknown"),
        ("none", "123456", "choice.unknown"),
    ],
)
def test_a_number_of_another_document_is_refused(id_type: str, raw: str, code: str) -> None:
    assert code_of(identity, raw, id_type) == code


def test_a_document_is_known_by_its_common_names() -> None:
    assert [parse_id_type(word, "f", [], channel="text") for word in ("身份证", "居民身份证", "护照", "Passport")] == [
        *("resident", "resident", "passport", "passport")
    ]


@unhurried
@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_digit_changed_is_refused(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit)
    assert identity(number)[0].number == number
    assert not is_valid_resident_number(number[:place] + digit + number[place + 1 :], today=TODAY)


@unhurried
@given(numbers(), st.integers(0, 16))
def test_any_two_neighbours_swapped_are_refused(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert not is_valid_resident_number(swapped, today=TODAY)


@unhurried
@given(numbers(), st.lists(st.tuples(st.integers(0, 18), st.sampled_from(" \u3000\u200b\u200d")), max_size=4))
def test_one_number_has_one_spelling_however_it_is_typed(number: str, blanks: list[tuple[int, str]]) -> None:
    typed = wide(number.lower())
    for place, blank in blanks:
        typed = typed[:place] + blank + typed[place:]
    kept, notes = identity(typed)
    assert kept.number == number
    assert [note.kept for note in notes] == [mask_number(number)]
    assert identity(kept.number) == (kept, [])


@unhurried
@given(
    json_values(),
    st.sampled_from(["resident", "passport", "permit", "residence_permit", "foreign_resident", "none", "x"]),
)
def test_no_value_escapes_the_one_refusal(raw: Any, id_type: str) -> None:
    code_of(identity, raw, id_type)
    code_of(phone, raw)
    code_of(parse_id_type, raw, "f", [], channel="json")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("+8613800138000", "+8613800138000"),
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        (wide("13800138000"), "+8613800138000"),
        ("010-12345678转803", "+861012345678;ext=803"),
        ("(0871) 6501 2345", "+8687165012345"),
        ("+442079460000", "+442079460000"),
        ("00442079460000", "+442079460000"),
    ],
)
def test_a_phone_has_one_spelling(raw: str, kept: str) -> None:
    number, notes = phone(raw)
    assert number == kept
    assert bool(notes) is (raw not in (kept, kept[3:]))
    assert phone(kept) == (kept, [])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("138001380000", "phone.format"),
        ("12800138000", "phone.format"),
        ("13800138000,13800138000", "phone.format"),
        ("13800138000/13800138000", "phone.format"),
        ("=+8613800138000", "phone.format"),
        ("1.38E+10", "phone.format"),
        ("call me", "phone.format"),
        ("12345", "phone.format"),
        ("138****8000", "field.masked"),
        ("", "required"),
        (13800138000, "type"),
    ],
)
def test_what_is_no_phone_is_refused(raw: Any, code: str) -> None:
    assert code_of(phone, raw) == code


def test_masks_show_what_the_matrix_allows() -> None:
    assert mask_number(PRINTED) == "1***************2X"
    assert [mask_number(short) for short in ("", "1", "1234")] == ["", "*", "****"]
    assert mask_phone("+8613800138000") == "*********00"
    assert mask_phone("+8613800138000", for_follower=True) == "138****8000"
    assert mask_phone("+861012345678;ext=803") == "********78"
    assert [mask_name(name) for name in ("李文轩", "张伟", "欧阳安然", "李", "")] == ["李*轩", "张*", "欧**然", "*", ""]


def test_a_notes_never_holds_the_whole_number() -> None:
    for notes in (identity(f" {PRINTED}")[1], phone("138 0013 8000")[1]):
        assert all("*" in note.kept for note in notes)


def test_age_counts_whole_years_and_leap_days() -> None:
    assert [age_on(date(2012, 2, 29), day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [13, 14]


def test_a_child_is_younger_than_fourteen_and_an_unknown_age_is_no_child() -> None:
    assert is_child(date(2012, 3, 3), TODAY, POLICY)
    assert not is_child(date(2012, 3, 2), TODAY, POLICY)
    assert not is_child(None, TODAY, POLICY)
