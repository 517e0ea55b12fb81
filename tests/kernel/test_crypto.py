"""Field encryption (字段加密): what is sealed opens only at its place, and a masked value never shows itself."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
from collections.abc import Iterator

import django
import pytest
from django.conf import settings
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import crypto
from lianfang.kernel.crypto import CannotOpen, Keys, Masked, UnusableKey, blind_index, seal, unseal

FIELD, INDEX, OTHER = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 64, 128))
ABOUT = "people_person|number|7"
NUMBER = "519999201001010009"


def keys(field: str = f"a:{FIELD}", index: str = f"x:{INDEX}") -> Keys:
    return Keys.from_environment({crypto.FIELD_KEY: field, crypto.INDEX_KEY: index})


@pytest.fixture(autouse=True)
def _with_keys() -> Iterator[None]:
    with crypto.using(keys()):
        yield


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers())
def test_what_is_sealed_opens_at_the_same_place(plain: str, row: int) -> None:
    with crypto.using(keys()):
        assert unseal(seal(plain, about=f"t|c|{row}"), about=f"t|c|{row}") == plain


def test_a_sealed_value_names_version_and_key_and_hides_the_text() -> None:
    version, name, secret = seal(NUMBER, about=ABOUT).split(".")
    assert (version, name) == ("v1", "a")
    assert NUMBER.encode() not in base64.b64decode(secret)
    assert len(base64.b64decode(secret)) == 12 + len(NUMBER) + 16


def test_the_same_text_is_never_sealed_alike() -> None:
    assert len({seal(NUMBER, about=ABOUT) for _ in range(100)}) == 100


def test_nothing_stays_nothing() -> None:
    assert seal("", about=ABOUT) == ""
    assert unseal("", about=ABOUT) == ""


@pytest.mark.parametrize("elsewhere", ["people_person|number|8", "people_person|phone|7", "people_guard|number|7"])
def test_a_value_moved_to_another_place_does_not_open(elsewhere: str) -> None:
    with pytest.raises(CannotOpen, match="moved or damaged"):
        unseal(seal(NUMBER, about=ABOUT), about=elsewhere)


@pytest.mark.parametrize("about", ["", "table", "table|column", "table||7", "a|b|c|d"])
def test_a_place_has_three_parts(about: str) -> None:
    with pytest.raises(ValueError, match="table"):
        seal(NUMBER, about=about)
    with pytest.raises(ValueError, match="table"):
        unseal("", about=about)


def test_another_key_under_the_same_name_does_not_open() -> None:
    value = seal(NUMBER, about=ABOUT)
    with crypto.using(keys(field=f"a:{OTHER}")), pytest.raises(CannotOpen, match="the key is wrong"):
        unseal(value, about=ABOUT)


def test_a_key_that_is_not_on_the_ring_is_named() -> None:
    value = seal(NUMBER, about=ABOUT)
    with crypto.using(keys(field=f"b:{OTHER}")), pytest.raises(CannotOpen, match="'a'"):
        unseal(value, about=ABOUT)


@pytest.mark.parametrize("place", range(0, 46, 5))
def test_one_changed_bit_is_found(place: int) -> None:
    head, name, text = seal(NUMBER, about=ABOUT).split(".")
    secret = bytearray(base64.b64decode(text))
    secret[place] ^= 1
    with pytest.raises(CannotOpen):
        unseal(f"{head}.{name}.{base64.b64encode(secret).decode()}", about=ABOUT)


@pytest.mark.parametrize("value", [NUMBER, "v2.a.AAAA", "v1.a.AAAA", "v1.a.", "v1.a.§", "v1..AAAA", "v1", "."])
def test_what_is_not_a_sealed_value_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(CannotOpen) as refused:
        unseal(value, about=ABOUT)
    assert NUMBER not in str(refused.value)


def test_half_a_character_is_refused_without_the_text_in_the_error() -> None:
    with pytest.raises(ValueError, match="half a character") as refused:
        seal(NUMBER + "\ud800", about=ABOUT)
    assert refused.value.__suppress_context__
    assert not hasattr(refused.value, "object")


def test_the_newest_key_seals_and_the_older_ones_still_open() -> None:
    old = seal(NUMBER, about=ABOUT)
    with crypto.using(keys(field=f"b:{OTHER},a:{FIELD}")):
        new = crypto.resealed(old, about=ABOUT)
        assert new.startswith("v1.b.")
        assert unseal(old, about=ABOUT) == unseal(new, about=ABOUT) == NUMBER
        assert [crypto.sealed_with_newest(value) for value in (old, new, "")] == [False, True, True]
    with crypto.using(keys(field=f"b:{OTHER}")):
        assert unseal(new, about=ABOUT) == NUMBER


def test_a_key_that_gets_a_name_later_still_opens_what_it_sealed_without_one() -> None:
    with crypto.using(keys(field=FIELD)):
        value = seal(NUMBER, about=ABOUT)
    with crypto.using(keys(field=f"b:{OTHER},named:{FIELD}")):
        assert unseal(value, about=ABOUT) == NUMBER
    with crypto.using(keys(field=f"named:{FIELD}")):
        assert crypto.sealed_with_newest(value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not set"),
        (" , ", "is not set"),
        ("not base64!", "not base64"),
        (base64.b64encode(b"short").decode(), "this one is 5"),
        (base64.b64encode(bytes(32)).decode(), "not random"),
        (f"a b:{FIELD}", "its id"),
        (f"a:{FIELD},a:{OTHER}", "listed twice"),
        (f"a:{FIELD},b:{FIELD}", "listed twice"),
        (f"a:{FIELD},b:xx", "key 2 of 2"),
    ],
)
def test_a_bad_key_stops_the_start_with_a_sentence_that_names_the_setting(text: str, sentence: str) -> None:
    for setting in ("field", "index"):
        with pytest.raises(UnusableKey, match=sentence) as refused:
            keys(**{setting: text})
        assert str(refused.value).startswith(f"LIANFANG_{setting.upper()}_KEY")
        assert FIELD not in str(refused.value)


def test_fields_and_indexes_must_not_share_a_key() -> None:
    with pytest.raises(UnusableKey, match="same key"):
        keys(field=f"b:{OTHER},a:{FIELD}", index=f"x:{FIELD}")


def test_keys_are_not_shown_when_printed() -> None:
    shown = repr(keys())
    assert FIELD not in shown
    assert repr(bytes(range(32)))[2:20] not in shown


def test_keys_come_from_the_environment_when_nobody_set_them(monkeypatch: pytest.MonkeyPatch) -> None:
    crypto._in_use.clear()  # given back with the keys of these tests
    monkeypatch.setenv(crypto.FIELD_KEY, f"e:{FIELD}")
    monkeypatch.delenv(crypto.INDEX_KEY, raising=False)
    with pytest.raises(UnusableKey, match="LIANFANG_INDEX_KEY is not set"):
        seal(NUMBER, about=ABOUT)
    monkeypatch.setenv(crypto.INDEX_KEY, INDEX)
    assert seal(NUMBER, about=ABOUT).startswith("v1.e.")


def test_a_new_key_can_be_used_and_is_new() -> None:
    assert Keys.from_environment({crypto.FIELD_KEY: crypto.new_key(), crypto.INDEX_KEY: crypto.new_key()})


def test_an_index_finds_equal_values_and_tells_kinds_apart() -> None:
    index = blind_index("id:resident", "11010519491231002X")
    assert len(index) == 16
    assert blind_index("id:resident", " 110105 19491231-002x ") == index
    assert blind_index("id:resident", "１１０１０５１９４９１２３１００２Ｘ") == index
    assert blind_index("id:passport", "11010519491231002X") != index
    assert blind_index("id:resident", "110105194912310021") != index
    assert blind_index("a", "b:c") != blind_index("a:b", "c")


@pytest.mark.parametrize("written", ["+86 154 0000 0001", "008615400000001", "86-154-0000-0001", "154\u200b00000001"])
def test_a_phone_is_found_however_it_is_written(written: str) -> None:
    assert blind_index("phone", written) == blind_index("phone", "15400000001")


def test_an_index_depends_on_its_own_key_only() -> None:
    index = blind_index("phone", "15400000001")
    with crypto.using(keys(field=f"b:{OTHER}")):
        assert blind_index("phone", "15400000001") == index
    with crypto.using(keys(index=f"y:{OTHER}")):
        assert blind_index("phone", "15400000001") != index


def test_during_a_change_of_index_keys_both_are_looked_for() -> None:
    old = blind_index("phone", "15400000001")
    with crypto.using(keys(index=f"y:{OTHER},x:{INDEX}")):
        found = crypto.blind_indexes("phone", "15400000001")
        assert found == [blind_index("phone", "15400000001"), old]
    assert crypto.blind_indexes("phone", "15400000001") == [old]


def test_an_index_kind_is_a_short_name() -> None:
    with pytest.raises(ValueError, match="short name"):
        blind_index("id|resident", "1")


@pytest.mark.parametrize(
    ("kind", "plain", "shown"),
    [
        ("id_number", "11010519491231002X", "1***************2X"),
        ("id_number", "1234", "***"),
        ("phone", "15400008000", "*********00"),
        ("phone_for_followers", "15400008000", "154****8000"),
        ("address", "a street and a house", "***"),
        ("id_number", "", ""),
    ],
)
def test_masks_show_as_little_as_the_rule_says(kind: str, plain: str, shown: str) -> None:
    assert str(Masked(kind, plain)) == shown


def test_a_masked_value_never_shows_itself(caplog: pytest.LogCaptureFixture) -> None:
    masked = Masked("id_number", NUMBER)
    logging.getLogger("test").warning("%s %r %s", masked, masked, [masked])
    shown = [str(masked), repr(masked), f"{masked}", f"{masked!r}", f"{masked:>30}", "{}".format(masked), "%s" % masked]  # noqa: UP031, UP032
    shown += [repr({"a": (masked,)}), str(vars(type(masked))), caplog.text, json.dumps(masked, default=str)]
    assert not [text for text in shown if NUMBER[4:14] in text]
    assert masked.open() == NUMBER


def test_a_template_shows_the_mask_and_cannot_open() -> None:
    if not settings.configured:
        settings.configure()
        django.setup()
    engine = Engine(string_if_invalid="-")
    text = "{{ m }}|{{ m.open }}|{{ m.open|length }}|{% if m %}yes{% endif %}|{{ m|slice:':9' }}|{{ m|pprint }}"
    page = engine.from_string(text).render(Context({"m": Masked("phone", "15400008123")}))
    assert "15400008" not in page
    assert page.startswith("*********23|-|")
    assert "|yes|" in page


def test_a_masked_value_is_not_copied_stored_compared_to_text_or_changed() -> None:
    masked = Masked("phone", "15400008123")
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, len, iter, hash):
        with pytest.raises(TypeError):
            attempt(masked)
    with pytest.raises(TypeError):
        masked + ""  # type: ignore[operator]
    with pytest.raises(AttributeError):
        masked._mask = "15400008123"
    assert masked != "15400008123"
    assert masked == Masked("phone", "15400008123")
    assert masked != Masked("phone", "15400008124")
    assert not Masked("phone", "")
