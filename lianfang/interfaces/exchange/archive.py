"""The container of a workbook (压缩包): entries are listed, placed and unpacked by our own strict rules.

The reader that comes afterwards trusts the central directory, and Python before 3.11.8 does not see overlapping
entries (CVE-2024-0450), so here the entries must tile the file: nothing overlaps, nothing is hidden between them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.sheet import Limits

MOST_ENTRIES = 1_000  # a workbook has about ten
MOST_DIRECTORY_BYTES = 1 << 20
CHUNK = 1 << 16  # bytes handed on at a time

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MARKED_ELSEWHERE = (0xFFFF, 0xFFFFFFFF)  # the true figure is in a 64-bit record, which no file of this size needs
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8  # flag bits
_DESCRIPTORS = (12, 16, 20, 24)  # lengths of the record that may follow an entry written as a stream
_OTHER_NAME = 0x7075  # extra field that would rename the entry for some readers only


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: `start` and `data` are offsets in the file, `packed` and `unpacked` are sizes in bytes."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    unpacked: int
    start: int
    data: int


def entries_of(file: BinaryIO, size: int, limits: Limits) -> dict[str, Entry]:
    """The entries of this zip file by lower-case name; `Refused` when the container is damaged, odd or too large."""
    count, directory_size, directory = _end_record(file, size)
    if count > MOST_ENTRIES or directory_size > MOST_DIRECTORY_BYTES:
        raise Refused("file.too_large", entries=count, most=MOST_ENTRIES)
    file.seek(directory)
    listed = _listed(file.read(directory_size), count)
    if sum(entry.unpacked for entry in listed) > limits.unpacked_bytes:
        raise Refused("file.too_large", most_mib=limits.max_unpacked_mib, unpacked=True)
    _tile(placed := [_placed(file, entry, directory) for entry in listed], directory)
    return _by_name(placed)


def unpack(file: BinaryIO, entry: Entry, check_time: Callable[[], None]) -> Iterator[bytes]:
    """The content of an entry in pieces; `Refused` as soon as it is longer than announced or does not fit its sum."""
    length, crc = 0, 0
    for piece in _pieces(file, entry):
        check_time()
        length += len(piece)
        crc = zlib.crc32(piece, crc)
        if length > entry.unpacked:
            raise Refused("file.structure", part=entry.name, reason="longer_than_announced")
        yield piece
    if length != entry.unpacked or crc != entry.crc:
        raise Refused("file.damaged", part=entry.name)


def _end_record(file: BinaryIO, size: int) -> tuple[int, int, int]:
    """(number of entries, bytes of the directory, its offset) from the record that closes the file."""
    if size < _END.size:
        raise Refused("file.damaged", reason="cut_short")
    file.seek(size - _END.size)
    mark, disk, first_disk, here, count, length, offset, comment = _END.unpack(file.read(_END.size))
    if mark != b"PK\5\6" or comment:
        raise Refused("file.damaged", reason="cut_short")
    if disk or first_disk or here != count or {count, length, offset} & set(_MARKED_ELSEWHERE):
        raise Refused("file.structure", reason="several_volumes")
    if offset + length + _END.size != size:
        raise Refused("file.structure", reason="directory")
    return count, length, offset


def _listed(directory: bytes, count: int) -> list[Entry]:
    """The entries as the directory lists them, where their data lies not yet known."""
    entries, at = [], 0
    for _ in range(count):
        if at + _CENTRAL.size > len(directory):
            raise Refused("file.structure", reason="directory")
        entry, at = _central(directory, at)
        entries.append(entry)
    if at != len(directory):
        raise Refused("file.structure", reason="directory")
    return entries


def _central(directory: bytes, at: int) -> tuple[Entry, int]:
    fields = _CENTRAL.unpack_from(directory, at)
    mark, flags, method, crc, packed, unpacked = fields[0], fields[3], fields[4], *fields[7:10]
    name_length, extra_length, comment_length, start = *fields[10:13], fields[16]
    name_end = at + _CENTRAL.size + name_length
    end = name_end + extra_length + comment_length
    if mark != b"PK\1\2" or end > len(directory) or {packed, unpacked, start} & set(_MARKED_ELSEWHERE):
        raise Refused("file.structure", reason="directory")
    name = _name(directory[at + _CENTRAL.size : name_end])
    if _OTHER_NAME in _extra_kinds(directory[name_end : name_end + extra_length]):
        raise Refused("file.structure", reason="entry_renamed")
    return Entry(name, flags, method, crc, packed, unpacked, start, 0), end


def _name(raw: bytes) -> str:
    """The entry's name; one that leads out of the archive is refused."""
    name = raw.decode("utf-8", errors="surrogateescape").replace("\\", "/")
    parts = name.split("/")
    if not name or "\0" in name or name.startswith("/") or ":" in parts[0] or ".." in parts:
        raise Refused("file.structure", reason="entry_name")
    return name


def _extra_kinds(extra: bytes) -> set[int]:
    kinds, at = set(), 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        kinds.add(kind)
        at += 4 + length
    return kinds


def _placed(file: BinaryIO, entry: Entry, directory: int) -> Entry:
    """The entry with the place of its data, its own header agreeing with the directory."""
    if entry.flags & _ENCRYPTED:
        raise Refused("file.type", seen="encrypted")
    file.seek(entry.start)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
        raise Refused("file.structure", part=entry.name, reason="entry_header")
    fields = _LOCAL.unpack(header)
    name = file.read(fields[9])
    data = entry.start + _LOCAL.size + fields[9] + fields[10]
    agree = _name(name) == entry.name and fields[3] == entry.method and entry.method in (_STORED, _DEFLATED)
    if not agree or data + entry.packed > directory:
        raise Refused("file.structure", part=entry.name, reason="entry_header")
    return replace(entry, data=data)


def _tile(entries: list[Entry], directory: int) -> None:
    """Entries lie one after the other from the start of the file to the directory."""
    at = 0
    may_follow: tuple[int, ...] = ()
    for entry in sorted(entries, key=lambda entry: entry.start):
        _adjoin(entry.start - at, may_follow, entry.name)
        at = entry.data + entry.packed
        may_follow = _DESCRIPTORS if entry.flags & _SIZES_FOLLOW else ()
    _adjoin(directory - at, may_follow, "")


def _adjoin(gap: int, may_follow: tuple[int, ...], name: str) -> None:
    if gap and gap not in may_follow:
        raise Refused("file.structure", part=name, reason="entries_overlap" if gap < 0 else "bytes_between_entries")


def _by_name(entries: list[Entry]) -> dict[str, Entry]:
    named = {entry.name.lower(): entry for entry in entries}
    if len(named) != len(entries):
        raise Refused("file.structure", reason="entry_twice")
    return named


def _pieces(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    if entry.method == _STORED:
        yield from _packed(file, entry)
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _packed(file, entry):
            yield from _inflated(inflate, packed, entry)
        while rest := inflate.decompress(b"", CHUNK):
            yield rest
    except zlib.error:
        raise Refused("file.damaged", part=entry.name) from None
    if not inflate.eof:
        raise Refused("file.damaged", part=entry.name)


def _inflated(inflate: zlib._Decompress, packed: bytes, entry: Entry) -> Iterator[bytes]:
    while packed:
        if inflate.eof:
            raise Refused("file.damaged", part=entry.name, reason="bytes_after_the_end")
        yield inflate.decompress(packed, CHUNK)
        packed = inflate.unconsumed_tail or inflate.unused_data


def _packed(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    done = 0
    while done < entry.packed:
        file.seek(entry.data + done)
        packed = file.read(min(CHUNK, entry.packed - done))
        if not packed:
            raise Refused("file.damaged", part=entry.name)
        done += len(packed)
        yield packed
