"""All 45 bad files of the catalogue, uploaded over HTTP by the head of a class (坏文件经接口上传)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.everything.outcomes import Outcome, holds, kept_apart_from_denials, tables
from tests.interfaces.exchange.making import MADE
from tests.interfaces.exchange.reading import COPY, WHOLE
from tests.world import World, lines, report

FILES = lines("file.jsonl")
PICTURES = [line["input"]["file"] for line in FILES if line["group"] == "picture"]
TYPE = "multipart/form-data; boundary=----b"
# What a table would have to pass for: its name and its content type are the sender's word only.
DISGUISES = ("list.csv", "list.xlsx", "list.xls", "list.txt")


def content_of(name: str) -> bytes:
    """The bytes of a file: from the catalogue, else its copy, else made here."""
    for home in (WHOLE, COPY):
        if (home / name).exists():
            return (home / name).read_bytes()
    return MADE[name]()


def form(filename: str, content: bytes, **fields: str) -> bytes:
    """A multipart body with one file."""
    parts = [f'------b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in fields.items()]
    head = f'------b\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
    return "\r\n".join([*parts, head]).encode() + content + b"\r\n------b--\r\n"


def uploaded(world: World, filename: str, content: bytes, **fields: str) -> Outcome:
    """What the import address answers."""
    body = form(filename, content, what="reports", **fields)
    began = time.perf_counter()
    response = world.send("class_head", "POST", "imports", body, content_type=TYPE)
    return Outcome.of(response, seconds=time.perf_counter() - began)


def without_the_record(states: dict[str, str]) -> dict[str, str]:
    """All tables but the one in which an upload that was read is written down with what was wrong in it."""
    return {name: state for name, state in states.items() if name != "files_import"}


@pytest.mark.parametrize("line", FILES, ids=lambda line: line["id"])
def test_a_bad_file_ends_as_the_catalogue_asks_and_the_next_report_is_kept(world: World, line: dict[str, Any]) -> None:
    before, name = tables(), line["input"]["file"]
    outcome = uploaded(world, Path(name).name, content_of(name))
    holds(line, outcome)
    if outcome.refused:
        assert kept_apart_from_denials(without_the_record(before), without_the_record(tables()))
    if outcome.status == 200:
        assert outcome.body["read"] == sum(outcome.body[n] for n in ("written", "refused", "held", "blank"))
        assert outcome.body["written"] == (0 if outcome.refused else line["expect"].get("rows_written"))
    assert "Traceback" not in outcome.text and "/tmp" not in outcome.text
    assert world.report(report(key="the-next-valid-one")).status_code == 200


@pytest.mark.parametrize("filename", DISGUISES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_named_like_a_table_is_refused_by_its_type(world: World, name: str, filename: str) -> None:
    refused = uploaded(world, filename, content_of(name))
    assert (refused.status, refused.said[0]["code"]) == (422, "file.type")


def test_all_lines_of_the_catalogue_are_here() -> None:
    assert [line["id"] for line in FILES] == [f"FL-{number:03d}" for number in range(1, 46)]
