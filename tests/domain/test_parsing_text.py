"""Text and names are kept as meant, and what was understood is noted (文字与姓名)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.parsing.text import clean_name, clean_text, folded, is_blank, misread
from lianfang.domain.refusals import Note
from tests.domain.reading import code_of, json_values, unhurried


def text(raw: Any, *, max_length: int = 50, required: bool = False, multiline: bool = False) -> str:
    return clean_text(raw, "note", max_length=max_length, notes=[], required=required, multiline=multiline)


def name(raw: Any) -> tuple[str, list[Note]]:
    notes: list[Note] = []
    return clean_name(raw, "person.name", notes), notes


def test_blanks_at_the_ends_go_and_are_noted() -> None:
    notes: list[Note] = []
    assert clean_text("\u3000S1-K1 \u200b", "unit", max_length=9, notes=notes) == "S1-K1"
    assert [(note.code, note.kept, note.warning) for note in notes] == [("text.normalised", "S1-K1", False)]


def test_composed_and_decomposed_letters_are_one() -> None:
    assert text("e\u0301") == text("\u00e9") == "\u00e9"


def test_nothing_given_is_nothing_kept_unless_it_is_owed() -> None:
    assert [text(raw) for raw in (None, "", " \u3000\ufeff")] == ["", "", ""]
    assert code_of(text, "\u200b", required=True) == "required"


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\u200f", "\u2028", "\U000e0041"])
def test_controls_and_hidden_direction_are_refused_in_any_text(sign: str) -> None:
    assert code_of(text, f"a{sign}b") == "text.control_character"
    assert code_of(text, f"a{sign}b", multiline=True) == "text.control_character"


def test_line_breaks_and_tabs_belong_to_free_text_only() -> None:
    assert text("\t=1+1\r\n2", multiline=True) == "\t=1+1\r\n2"
    assert code_of(text, "a\nb") == "text.control_character"


def test_length_type_and_half_characters_are_refused() -> None:
    assert text("x" * 50) == "x" * 50
    assert code_of(text, "x" * 51) == "text.too_long"
    assert code_of(text, 5) == "type"
    assert code_of(text, "a\ud800") == "text.lossy"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("张\u3000伟", "张伟"),
        ("张\u200d伟", "张伟"),
        (" 欧阳 安然 ", "欧阳安然"),
        ("买买提 \u30fb 吐尔逊", "买买提·吐尔逊"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("买买提\uff0e吐尔逊", "买买提·吐尔逊"),
        ("Nguye\u0302\u0303n  Va\u0306n A", "Nguyễn Văn A"),
        ("\uff2fBrien", "OBrien"),
    ],
)
def test_one_name_has_one_spelling_and_the_change_is_noted(raw: str, kept: str) -> None:
    cleaned, notes = name(raw)
    assert (cleaned, [note.code for note in notes]) == (kept, ["text.normalised"])


@pytest.mark.parametrize(
    "raw", ["O'Brien", "Jean-Luc", "J. R. Smith", "王\u3405", "𠮷伟", "阿卜杜热合曼·买买提", "\u3007一"]
)
def test_real_names_are_kept_as_given(raw: str) -> None:
    assert name(raw) == (raw, [])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("同上", "text.placeholder"),
        ("无", "text.placeholder"),
        ("--", "text.placeholder"),
        ("——", "text.placeholder"),
        ("N/A", "text.placeholder"),
        ("张*", "field.masked"),
        ("张伟\U0001f637", "text.charset"),
        ("张伟2", "text.charset"),
        ("<b>张</b>", "text.charset"),
        ("=张伟", "text.charset"),
        ("e\u0301\u0302\u0303\u0304", "text.charset"),
        ("", "required"),
        (None, "required"),
        (True, "type"),
        ("张" * 65, "text.too_long"),
    ],
)
def test_what_is_no_name_is_refused(raw: Any, code: str) -> None:
    assert code_of(name, raw) == code


def test_a_name_of_an_old_font_is_kept_and_shown_to_somebody() -> None:
    assert [(note.code, note.warning) for note in name("王\ue863")[1]] == [("text.private_use", True)]


@pytest.mark.parametrize("meant", ["张伟", "欧阳安然", "王小芳", "买买提"])
def test_a_name_read_with_the_wrong_table_is_noticed_and_explained(meant: str) -> None:
    broken = meant.encode().decode("gbk", errors="ignore")
    suggestion = misread(broken)
    assert suggestion
    assert meant.startswith(suggestion)
    (warning,) = name(broken)[1]
    assert (warning.code, warning.warning, warning.facts["suggest"]) == ("text.mojibake", True, suggestion)


@pytest.mark.parametrize("raw", ["张伟", "欧阳安然", "王㼆", "O'Brien", "濮阳", "缪瑾", "José"])
def test_a_right_name_is_not_taken_for_a_broken_one(raw: str) -> None:
    assert misread(raw) is None


def test_digits_of_any_script_and_width_fold_to_ascii() -> None:
    assert folded("\uff13\uff16\uff0e\uff15\u0663") == "36.53"


@unhurried
@given(json_values())
def test_no_value_escapes_the_one_refusal(raw: Any) -> None:
    code_of(text, raw)
    code_of(text, raw, multiline=True)
    code_of(name, raw)
    is_blank(raw)


@unhurried
@given(st.text(max_size=20) | st.text("张伟 ·•・.'-a\u3000\u200b\u0301", max_size=20))
def test_a_kept_name_is_kept_again_without_a_change(raw: str) -> None:
    if code_of(name, raw) is None:
        once = name(raw)[0]
        again, notes = name(once)
        assert again == once
        assert "text.normalised" not in [note.code for note in notes]
