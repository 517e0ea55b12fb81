"""Names, numbers and dates made comparable (归一)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric

from lianfang.domain.linkage.days import day_number
from lianfang.domain.linkage.levels import agree_where_visible
from lianfang.domain.linkage.names import Name, alike, read_name
from lianfang.domain.linkage.numbers import check_digit, is_resident, read_number, repaired, repairs
from lianfang.domain.linkage.texts import joined, phone_digits, sex_code, spaced
from tests.domain.linkage.people import number_of
from tests.domain.reading import unhurried, wide

births = st.dates().filter(lambda day: 1900 <= day.year <= 2030).map(str)
numbers = st.builds(number_of, births, st.integers(0, 999))


def whole(text: str) -> Name:
    name = read_name(None, None, text)
    assert name is not None
    return name


@pytest.mark.parametrize("written", ["张伟", " 张 伟 ", "張偉", "张·伟", wide("张伟"), "張　偉"])
def test_a_name_is_the_same_however_it_is_written(written: str) -> None:
    assert whole(written) == whole("张伟")


@pytest.mark.parametrize("dot", ["·", "•", "・", ".", " ", ""])
def test_the_dot_in_a_name_of_a_minority_may_be_any_or_none(dot: str) -> None:
    assert whole(f"阿依古丽{dot}买买提").whole == "阿依古丽买买提"


def test_a_surname_of_two_characters_is_kept_together() -> None:
    assert (whole("欧阳娜").surname, whole("欧阳娜").given) == ("欧阳", "娜")
    assert (whole("欧娜").surname, whole("欧娜").given) == ("欧", "娜")


def test_a_surname_sounds_as_surnames_do() -> None:
    assert whole("曾丽").sound_surname == whole("Zeng").sound_given
    assert whole("单宁").sound_surname == alike("shan")


@pytest.mark.parametrize("latin", ["wang dandan", "Dandan Wang", "WANG DAN DAN", "Wang, Dandan"])
def test_a_name_in_pinyin_has_the_letters_of_the_name_in_characters(latin: str) -> None:
    assert whole(latin).letters == whole("王丹丹").letters


def test_parts_and_whole_are_one_name_when_they_were_swapped_too() -> None:
    assert read_name("neumann", "michaela", None) == whole("Michaela Neumann")
    assert read_name("michaela", "neumann", None).letters == whole("Michaela Neumann").letters  # type: ignore[union-attr]


@pytest.mark.parametrize("nothing", ["", " ", "无", "不详", "N/A", "-", "·"])
def test_what_says_nothing_is_no_name(nothing: str) -> None:
    assert read_name(None, None, nothing) is None


@given(st.text(max_size=12))
@unhurried
def test_making_text_comparable_twice_changes_nothing(text: str) -> None:
    for form in (joined, spaced):
        done = form(text)
        assert done is None or form(done) == done
    assert alike(alike(text)) == alike(text)


@given(numbers)
@unhurried
def test_the_check_digit_is_that_of_the_standard(number: str) -> None:
    assert number[17] == ric.calc_check_digit(number)
    assert is_resident(number)


@given(numbers, st.integers(0, 17), st.integers(0, 9))
@unhurried
def test_a_number_with_one_wrong_digit_can_be_repaired(number: str, place: int, digit: int) -> None:
    broken = f"{number[:place]}{digit}{number[place + 1 :]}"
    assume(broken != number and not is_resident(broken))
    assert number in set(repairs(broken))


@given(numbers, st.integers(6, 13), st.integers(0, 9))
@unhurried
def test_a_wrong_digit_in_the_birth_date_is_put_right_by_the_birth_date(number: str, place: int, digit: int) -> None:
    broken = f"{number[:place]}{digit}{number[place + 1 :]}"
    assume(broken != number)
    assert repaired(broken, birth=int(number[6:14])) == number


def test_a_wrong_digit_elsewhere_is_not_guessed() -> None:
    number = number_of("2012-06-29", 4)
    assert repaired(f"6{number[1:]}", birth=20120629) is None


@given(numbers)
@unhurried
def test_a_number_is_read_however_it_is_written(number: str) -> None:
    read = read_number(number)
    assert read is not None and read.valid and read.birth == int(number[6:14])
    assert read_number(f" {wide(number[:6])} {number[6:14]}-{number[14:].lower()}") == read


def test_a_number_of_fifteen_digits_is_read_as_one_of_eighteen_without_a_check() -> None:
    number = number_of("1985-06-29", 4)
    short = read_number(number[:6] + number[8:17])
    assert short is not None and (short.text, short.valid, short.short) == (number, False, True)


@pytest.mark.parametrize(
    "nothing", ["000000", "000000000000000000", "无", "123456", "12345678", "-", "***", "XXX", "11"]
)
def test_a_placeholder_is_no_number(nothing: str) -> None:
    assert read_number(nothing) is None


def test_letters_typed_for_digits_are_read_where_the_check_digit_then_stands() -> None:
    number = number_of("2010-10-10", 100)
    assert read_number(number.replace("0", "O")) == read_number(number)


def test_masked_numbers_agree_on_what_they_show() -> None:
    number = number_of("2012-06-29", 241)
    masked = f"{number[:4]}{'*' * 10}{number[14:]}"
    assert agree_where_visible(masked, number)
    assert not agree_where_visible(masked, number_of("2012-06-29", 242))
    assert not agree_where_visible("*" * 16 + number[16:], number), "two signs show too little"


@pytest.mark.parametrize(
    "written",
    ["2012-06-29", "2012/6/29", "2012.6.29", "20120629", "2012年6月29日", "29/06/2012", "2012-06-29 00:00:00", "41089"],
)
def test_a_date_is_the_same_however_it_is_written(written: str) -> None:
    assert day_number(written) == day_number(wide(written)) == 20120629


@pytest.mark.parametrize("written", ["2012-29-06", "29.6.2012", "20120629.0", " 2012 - 6 - 29 "])
def test_an_unusual_date_is_understood_where_it_can_mean_only_one_day(written: str) -> None:
    assert day_number(written) == 20120629


@pytest.mark.parametrize("written", ["", "无", "June", "2012", "12-6-29"])
def test_what_is_no_date_is_none(written: str) -> None:
    assert day_number(written) is None


def test_phones_and_sexes_are_read_in_their_usual_forms() -> None:
    assert phone_digits("+86 199-0000-1111") == phone_digits("１９９００００１１１１") == "19900001111"
    assert phone_digits("00000000000") is None
    assert [sex_code(one) for one in ("男", "Female", "1", "不详")] == ["m", "f", "m", None]


def test_the_check_digit_of_the_number_printed_in_the_standard_is_x() -> None:
    assert check_digit("11010519491231002") == "X"
