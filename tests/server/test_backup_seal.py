"""The sealed file of a backup (备份封装): it opens whole, in order, with the right secret, or not at all."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from lianfang.interfaces.server import backup_secret
from lianfang.interfaces.server.backup_seal import PIECE, TAG, Secret, Unreadable, Writer, kind_of, opened
from lianfang.interfaces.server.trouble import CannotRun

KEY = Secret("key file", bytes(range(32)))
SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5]


def sealed(plain: bytes, secret: Secret = KEY) -> bytes:
    """A sealed file of these bytes."""
    out = io.BytesIO()
    writer = Writer(out, secret)
    writer.write(plain[: len(plain) // 2])
    writer.write(plain[len(plain) // 2 :])
    writer.close()
    return out.getvalue()


def plain_of(file: bytes, secret: Secret = KEY) -> bytes:
    """What it opens to."""
    return b"".join(opened(io.BytesIO(file), secret))


def body_at(file: bytes) -> int:
    """Where the first piece begins, after two lines."""
    return file.index(b"\n", file.index(b"\n") + 1) + 1


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_opens_to_the_same(size: int) -> None:
    plain = bytes(n % 251 for n in range(size))
    file = sealed(plain)
    assert plain_of(file) == plain
    assert size < 100 or plain[:100] not in file


def test_two_files_of_the_same_content_share_nothing_but_the_form() -> None:
    one, other = sealed(b"the same" * 1000), sealed(b"the same" * 1000)
    assert one[body_at(one) :] != other[body_at(other) :]


@pytest.mark.parametrize("size", [1, PIECE, 3 * PIECE + 5])
def test_every_way_of_cutting_it_short_is_noticed(size: int) -> None:
    file = sealed(bytes(size))
    begin = body_at(file)
    ends = {begin, begin + 1, begin + PIECE + TAG, begin + 2 * (PIECE + TAG), len(file) - 1, len(file) - TAG, begin - 1}
    for end in sorted(end for end in ends if end < len(file)):
        with pytest.raises(Unreadable):
            plain_of(file[:end])


def test_a_changed_bit_anywhere_is_noticed() -> None:
    file = bytearray(sealed(bytes(2 * PIECE)))
    begin = body_at(bytes(file))
    places = [0, 20, 40, begin - 3, begin, begin + PIECE, begin + PIECE + TAG, len(file) - 1]
    for place in places:
        file[place] ^= 1
        with pytest.raises(Unreadable):
            plain_of(bytes(file))
        file[place] ^= 1
    assert plain_of(bytes(file)) == bytes(2 * PIECE)


def test_pieces_that_change_places_repeat_or_come_from_another_file_are_noticed() -> None:
    file, other = sealed(bytes(3 * PIECE)), sealed(bytes(3 * PIECE))
    begin, whole = body_at(file), PIECE + TAG
    first, second, rest = (
        file[begin : begin + whole],
        file[begin + whole : begin + 2 * whole],
        file[begin + 2 * whole :],
    )
    foreign = other[body_at(other) : body_at(other) + whole]
    for altered in (second + first + rest, first + first + second + rest, first + rest, foreign + second + rest):
        with pytest.raises(Unreadable):
            plain_of(file[:begin] + altered)
    with pytest.raises(Unreadable):
        plain_of(file + b"more")


def test_the_head_of_one_file_does_not_go_with_the_body_of_another() -> None:
    one, other = sealed(b"one" * 100), sealed(b"other" * 100)
    with pytest.raises(Unreadable):
        plain_of(one[: body_at(one)] + other[body_at(other) :])


def test_a_wrong_passphrase_is_told_apart_from_a_damaged_file() -> None:
    file = sealed(b"content", Secret("passphrase", b"four random words here"))
    assert kind_of(io.BytesIO(file)) == "passphrase"
    assert plain_of(file, Secret("passphrase", b"four random words here")) == b"content"
    with pytest.raises(Unreadable, match="not the passphrase"):
        plain_of(file, Secret("passphrase", b"four random words there"))
    with pytest.raises(Unreadable, match="opened by a passphrase, not by a key file"):
        plain_of(file, KEY)


def test_an_altered_head_cannot_ask_for_all_memory_of_the_machine() -> None:
    secret = Secret("passphrase", b"four random words here")
    file = sealed(b"content", secret)
    first, line, body = file.split(b"\n", 2)
    fields = json.loads(line)
    fields["scrypt"]["n"] = 2**30
    with pytest.raises(Unreadable, match="head of this backup is damaged"):
        plain_of(
            b"\n".join([first, json.dumps(fields).encode(), body]), Secret("passphrase", b"four random words here")
        )


@pytest.mark.parametrize("foreign", [b"", b"PGDMP\x01\x0e", b"PK\x03\x04" * 100, b"\n\n\n", b"lianfang backup 2\n{}\n"])
def test_a_foreign_file_is_no_backup(foreign: bytes) -> None:
    with pytest.raises(Unreadable, match="not a backup of Lianfang"):
        kind_of(io.BytesIO(foreign))


def test_a_key_file_is_made_once_private_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = backup_secret.for_sealing(str(file), make=True)
    assert file.stat().st_mode & 0o077 == 0
    assert backup_secret.for_sealing(str(file), make=False).raw == made.raw
    assert backup_secret.for_opening(str(file), "key file").raw == made.raw
    with pytest.raises(CannotRun, match="is there already"):
        backup_secret.for_sealing(str(file), make=True)


@pytest.mark.parametrize("content", [b"", b"not a key", b"lianfang-backup-key-1:c2hvcnQ=", b"\xff\xfe", b"x" * 5000])
def test_a_file_that_is_no_key_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(CannotRun, match=r"not a key file|cannot be read"):
        backup_secret.for_sealing(str(tmp_path / "key"), make=False)
