"""All 45 bad files of the catalogue, uploaded over HTTP by the head of a class (坏文件经接口上传).

The files list three people as new to one class; so the class has somebody else on its roster, and not them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client

from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.everything.outcomes import Outcome, holds, kept_apart_from_denials, tables
from tests.interfaces.exchange.making import MADE
from tests.interfaces.exchange.reading import COPY, UNDERSTOOD, WHOLE
from tests.world import lines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]

FILES = lines("file.jsonl")
PICTURES = [line["input"]["file"] for line in FILES if line["group"] == "picture"]
TYPE = "multipart/form-data; boundary=----b"
# What a table would have to pass for: its name and its content type are the sender's word only.
DISGUISES = ("list.csv", "list.xlsx", "list.xls", "list.txt")
NEW_HERE = "person.off_roster"  # said of everybody in these files, and not because of the files


@dataclass(frozen=True, slots=True)
class Room:
    """A class: the token of its head, and a valid answer of somebody in it."""

    token: str
    valid: bytes

    def send(self, path: str, body: bytes, kind: str) -> HttpResponse:
        """A request of the head."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return cast(HttpResponse, Client().post(f"/api/v1/{path}", body, content_type=kind, headers=headers))


@pytest.fixture
def room() -> Iterator[Room]:
    """The class S1-K1 of the files."""
    school = make.root("S1", "school")
    first, _ = (make.unit(school, f"S1-K{n}", "class") for n in (1, 2))
    head, valid = make.account(first, "class_head"), make.answer(make.member(first), first)
    with within(EVERYTHING):
        token = new_token(head)[1]
    yield Room(token, json.dumps(valid).encode())


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


def uploaded(room: Room, filename: str, content: bytes) -> Outcome:
    """What the import address answers."""
    body = form(filename, content, what="reports")
    began = time.perf_counter()
    outcome = Outcome.of(room.send("imports", body, TYPE))
    outcome.seconds = time.perf_counter() - began
    if outcome.name in ("warn", "normalize"):
        outcome.name = understood(outcome)
    return outcome


def understood(outcome: Outcome) -> str:
    """Of a file that was kept: a note about the table as a whole changes no value, another way of writing does."""
    notes = [note for note in outcome.said if note["code"] != NEW_HERE]
    if any(note["warning"] and note["code"] not in UNDERSTOOD for note in notes):
        return "warn"
    return "normalize" if any(note["row"] for note in notes) else "accept"


def without_the_record(states: dict[str, str]) -> dict[str, str]:
    """All tables but the one in which an upload that was read is written down with what was wrong in it."""
    return {name: state for name, state in states.items() if name != "files_import"}


@pytest.mark.parametrize("line", FILES, ids=lambda line: line["id"])
def test_a_bad_file_ends_as_the_catalogue_asks_and_the_next_report_is_kept(room: Room, line: dict[str, Any]) -> None:
    before, name, expect = tables(), line["input"]["file"], line["expect"]
    outcome = uploaded(room, Path(name).name, content_of(name))
    holds({**line, "expect": {"max_ms": 10_000, **expect}}, outcome)
    if outcome.refused:
        assert kept_apart_from_denials(without_the_record(before), without_the_record(tables()))
    if outcome.status == 200:
        written = outcome.body["written"]
        assert outcome.body["read"] == written + sum(outcome.body[n] for n in ("refused", "held", "blank"))
        assert written == (0 if outcome.refused else expect.get("rows_written", written))
    assert not any(trace in outcome.text for trace in ("Traceback", "SELECT", "/work", "site-packages"))
    assert room.send("reports", room.valid, "application/json").status_code == 200


@pytest.mark.parametrize("filename", DISGUISES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_named_like_a_table_is_refused_by_its_type(room: Room, name: str, filename: str) -> None:
    refused = uploaded(room, filename, content_of(name))
    assert (refused.status, refused.said[0]["code"]) == (422, "file.type")


def test_all_lines_of_the_catalogue_are_here() -> None:
    assert [line["id"] for line in FILES] == [f"FL-{number:03d}" for number in range(1, 46)]
