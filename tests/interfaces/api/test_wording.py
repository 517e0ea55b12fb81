"""Every code says something to a person (提示语): in both languages, without blame, and never more than it should."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import gettext_noop, override

from lianfang.domain.refusals import Note, Problem
from lianfang.interfaces.labels import LABELS
from lianfang.interfaces.wording import SENTENCES, field_label, note_sentence, sentence
from tests.domain.reading import CATALOGUE
from tests.world import lines

SOURCE = Path(__file__).resolve().parents[3] / "lianfang"
CHINESE = {
    row["msgid"]: row["zh"]
    for row in csv.DictReader((SOURCE / "interfaces" / "wording_zh.csv").read_text("utf-8").splitlines())
}
SAYING = {"Refused", "Problem", "Note", "Mark", "RowRefused", "warn", "problem", "note", "_cell_problem"}
CODE = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*)?")
PLACE = re.compile(r"%\(\w+\)s")
FACTS = {"low": 1, "high": 2, "choices": ("a", "b"), "suggest": "x", "says": "y", "kept": "k", "limit": 20 * 2**20}


def spoken() -> Iterator[tuple[str, str]]:
    """(code, file) of every refusal, problem and note in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for text in _codes_of(node):
                if CODE.fullmatch(text):
                    yield text, path.name


def _codes_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and node.args:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        yield from _texts(node.args[0]) if name in SAYING else ()
    if isinstance(node, ast.Assign) and any("code" in ast.unparse(target).split(", ") for target in node.targets):
        yield from (text for text in _texts(node.value) if "." in text)


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Tuple) and node.elts:
        yield from _texts(node.elts[0])


def of_the_catalogue() -> set[str]:
    """The codes the catalogue of bad inputs uses."""
    found: set[str] = set()
    for name in ("report_api", "report_csv", "api", "sync", "file", "pass_token", "federation"):
        for line in lines(f"{name}.jsonl"):
            code = line["expect"].get("code", [])
            found |= {code} if isinstance(code, str) else set(code)
    page = CATALOGUE / "README.md"
    listed = page.read_text("utf-8").partition("## Codes used here")[2].partition("##")[0]
    return found | set(re.findall(r"`([a-z_.]+)`", listed))


def test_every_code_in_the_source_has_a_sentence() -> None:
    codes = dict(spoken())
    assert len(codes) > 100
    assert {code: where for code, where in codes.items() if code not in SENTENCES} == {}


def test_every_code_of_the_catalogue_has_a_sentence() -> None:
    assert of_the_catalogue() - set(SENTENCES) == set()


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_is_whole_with_and_without_facts(code: str) -> None:
    plain = code.partition(":")[0]
    for facts in ({}, FACTS):
        said = sentence(Problem(plain, "temperature", facts=facts))
        assert said not in ("", plain)
        assert not PLACE.search(said)
        assert said[0].isupper()
        assert said[-1] in ".?)y", "a whole sentence, or one that ends with what the database says"


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_does_not_blame(code: str) -> None:
    for choice in SENTENCES[code]:
        with override("en"):
            assert not re.search(r"\b(invalid|illegal|wrong|bad|forbidden|must not have)\b", str(choice), re.IGNORECASE)
        assert not re.search("非法|错误地|不合法|必须", CHINESE[_english(choice)])


def _english(choice: object) -> str:
    with override(None):
        return str(choice)


def test_every_sentence_and_label_is_in_chinese_with_the_same_places() -> None:
    said = [_english(choice) for choices in SENTENCES.values() for choice in choices]
    said += [_english(label) for label in LABELS.values()]
    assert [text for text in said if not CHINESE.get(text)] == []
    for text, chinese in CHINESE.items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(chinese)), text


def test_the_catalogue_of_the_product_holds_them() -> None:
    with override("zh-hans"):
        said = sentence(Problem("number.out_of_range", "temperature", facts={"low": "34.0", "high": "43.0"}))
    assert said == "体温应在 34.0 到 43.0 之间。"


def test_a_fact_is_short_printable_and_of_the_readers_language() -> None:
    long = sentence(Problem("invalid", "name", facts={"says": "x\n\x1b" * 900}))
    assert len(long) < 300
    assert long.isprintable()
    many = sentence(Problem("choice.unknown", "slot", facts={"choices": tuple("abcdefghijklmnopq")}))
    assert many.count(",") == 12
    assert "…" in many
    closed = sentence(Problem("period.closed", "day", facts={"closed_at": "2026-02-22T23:59:59.999999+08:00"}))
    assert "2026-02-22 23:59." in closed
    assert "20 MiB" in sentence(Problem("body.too_large", facts={"limit": 20 * 2**20}))


def test_a_percent_sign_in_a_fact_or_label_is_only_a_percent_sign() -> None:
    assert "100%s" in sentence(Problem("header.unknown", row=1, column="100%s"))
    assert "%(low)s" in sentence(Problem("text.mojibake", "note", facts={"suggest": "%(low)s"}))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("person.id_number", "ID number"),
        ("exceptions[3].temperature", "Temperature"),
        ("state-01a202b3-0683-708a-998d-dae60d33ec00", "State"),
        ("fever", "With fever"),
        ("new_parent", "New superior"),
        ("something_else", "something else"),
        ("", "This entry"),
    ],
)
def test_a_field_is_named_in_words(name: str, label: str) -> None:
    with override("en"):
        assert field_label(name).startswith(label)


def test_a_column_is_named_as_the_person_named_it() -> None:
    assert sentence(Problem("required", "temperature", row=3, column="今日体温")).startswith(
        "今日体温 is still missing"
    )


def test_a_note_says_what_was_understood_or_what_asks_for_a_look() -> None:
    assert note_sentence(Note("date.format", "day", kept="2026-03-02")) == "Day was understood as 2026-03-02."
    unlikely = Note(
        "number.implausible", "temperature", kept="34.6", warning=True, facts={"low": "35.0", "high": "42.0"}
    )
    assert "35.0 to 42.0" in note_sentence(unlikely)
    other_name = Note("person.name_mismatch", "person.name", warning=True)
    assert "the registered name stays" in note_sentence(other_name)
    assert "S1-K2" in note_sentence(Note("unit.merged", "unit", kept="S1-K2"))
    assert gettext_noop("%(field)s was understood as %(kept)s.") in CHINESE
