"""Hostile and broken workbooks are refused before any reader sees them (初检); no reader is asked in these tests."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from lianfang.interfaces.exchange import Limits
from lianfang.interfaces.exchange.grid import MOST_DIGITS
from lianfang.interfaces.exchange.guard import inspect
from tests.interfaces.exchange.making import (
    HEADER,
    MAIN,
    PERSON,
    SHEET,
    good_rows,
    number,
    packed,
    parts,
    put,
    row,
    sheet_xml,
    text,
    texts,
    workbook,
)
from tests.interfaces.exchange.reading import in_this_process, outcome_of

GOOD = workbook(*good_rows(3))
END_OF_ARCHIVE = 22  # bytes of the record that closes a zip file


def codes(folder: Path, content: bytes, name: str = "table.xlsx", **limits: int) -> set[str]:
    """The codes with which this file is refused by the first look, so that no reader runs at all."""
    outcome = outcome_of(put(folder, content, name), name, limits=Limits(**limits), reader=no_reader)
    assert outcome.sheet is None
    return outcome.codes


def no_reader(*_: object) -> None:
    """A reader that must not be asked."""
    raise AssertionError("the first look let it pass")


def with_end(content: bytes, **changes: int) -> bytes:
    """The archive with figures of its last record changed."""
    names = ("mark", "disk", "first_disk", "here", "count", "length", "offset", "comment")
    record = dict(zip(names, struct.unpack("<4s4H2LH", content[-END_OF_ARCHIVE:]), strict=True)) | changes
    return content[:-END_OF_ARCHIVE] + struct.pack("<4s4H2LH", *record.values())


def test_a_sound_workbook_passes_and_is_counted(tmp_path: Path) -> None:
    looked = inspect(put(tmp_path, GOOD), "table.xlsx", Limits())
    assert looked.workbook is not None
    grid = looked.workbook.grid
    assert (list(grid.rows), list(grid.filled), grid.width) == ([1, 2, 3, 4], [4, 4, 4, 4], 4)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (GOOD + b"x", "file.damaged"),
        (GOOD[:-1], "file.damaged"),
        (b"x" + GOOD, "file.type"),
        (b"PK\3\4" + GOOD, "file.structure"),
        (with_end(GOOD, offset=0), "file.structure"),
        (with_end(GOOD, count=5, here=5), "file.structure"),
        (with_end(GOOD, count=0xFFFF, here=0xFFFF), "file.structure"),
        (with_end(GOOD, disk=1), "file.structure"),
        (with_end(GOOD, length=1 << 21), "file.structure"),
        (with_end(GOOD, comment=4) + b"note", "file.damaged"),
        (GOOD.replace(b"xl/styles.xml", b"../styles.xml"), "file.structure"),
        (GOOD.replace(b"xl/styles.xml", b"/x/styles.xml"), "file.structure"),
        (packed(parts(sheet_xml(*good_rows()), names={"XL/Styles.xml": "<a/>"})), "file.structure"),
    ],
)
def test_an_archive_that_does_not_fit_together_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    found = codes(tmp_path, content)
    assert found <= {code, "file.structure", "file.damaged"}
    assert code in found


def stored(**content: bytes) -> bytes:
    """A workbook with more entries, kept without compression."""
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        for name, part in content.items():
            archive.writestr(f"xl/media/{name}", part)
    return out.getvalue()


def test_entries_that_share_bytes_or_leave_some_unsaid_are_refused(tmp_path: Path) -> None:
    inner = stored(b=b"second")
    inner = inner[inner.rindex(b"PK\3\4") : inner.index(b"PK\1\2")]
    outer = stored(a=inner, b=b"second")
    assert outcome_of(put(tmp_path, outer), "a.xlsx", reader=in_this_process).names >= {"accept"}
    own, within = outer.rindex(b"PK\3\4"), outer.index(inner)
    shared = outer.replace(struct.pack("<L", own) + b"xl/media/b", struct.pack("<L", within) + b"xl/media/b")
    assert shared != outer
    assert reason_of(tmp_path, shared) == "entries_overlap"
    directory = GOOD.index(b"PK\1\2")
    unsaid = GOOD[:directory] + b"unsaid" + GOOD[directory:]
    assert reason_of(tmp_path, with_end(unsaid, offset=directory + len(b"unsaid"))) == "bytes_between_entries"


def reason_of(folder: Path, content: bytes) -> str:
    """Why the container is refused."""
    (problem,) = outcome_of(put(folder, content), "a.xlsx", reader=no_reader).problems
    assert problem.code == "file.structure"
    return str(problem.facts["reason"])


def test_an_entry_that_does_not_fit_its_sum_is_damaged(tmp_path: Path) -> None:
    content = stored(a=b"a picture")
    assert codes(tmp_path, content.replace(b"a picture", b"b picture")) == {"file.damaged"}


def test_an_entry_whose_bytes_were_changed_is_damaged(tmp_path: Path) -> None:
    with zipfile.ZipFile(put(tmp_path, GOOD)) as archive:
        at = archive.getinfo(SHEET).header_offset + 30 + len(SHEET) + 40
    broken = GOOD[:at] + bytes([GOOD[at] ^ 0x55]) + GOOD[at + 1 :]
    assert codes(tmp_path, broken) <= {"file.damaged", "file.structure"}


def test_an_entry_longer_than_it_says_is_refused_while_unpacking(tmp_path: Path) -> None:
    content = packed(parts(sheet_xml(*good_rows()), names={"xl/media/a.bin": b"\0" * 5_000_000}))
    small = content.replace(struct.pack("<L", 5_000_000), struct.pack("<L", 5))
    assert codes(tmp_path, small) == {"file.structure"}


def test_what_unpacks_to_too_much_is_refused_by_what_it_says(tmp_path: Path) -> None:
    content = packed(parts(sheet_xml(*good_rows()), names={"xl/media/a.bin": b"\0" * (2 << 20)}))
    assert codes(tmp_path, content, max_unpacked_mib=1) == {"file.too_large"}
    assert codes(tmp_path, content, max_file_mib=0) == {"file.too_large"}


def test_an_encrypted_entry_and_an_unknown_method_are_refused(tmp_path: Path) -> None:
    central = GOOD.index(b"PK\1\2")
    encrypted = GOOD[: central + 8] + b"\1" + GOOD[central + 9 :]
    assert codes(tmp_path, encrypted) == {"file.type"}
    method = GOOD[: central + 10] + b"\x0c" + GOOD[central + 11 :]
    assert codes(tmp_path, method) == {"file.structure"}


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets/></workbook>'}, "file.structure"),
        ({"_rels/.rels": "<Relationships/>"}, "file.structure"),
        ({"xl/_rels/workbook.xml.rels": "<Relationships/>"}, "file.structure"),
        ({"xl/workbook.xml": "<workbook"}, "file.damaged"),
        ({"xl/theme/theme1.xml": "<!DOCTYPE a><a/>"}, "file.structure"),
        ({SHEET: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "file.structure"),
        ({SHEET: "<a>" * 1_000}, "file.structure"),
        ({SHEET: "<r>" + "".join(f"<a{at}/>" for at in range(50_000)) + "</r>"}, "file.structure"),
        ({SHEET: f'<a b="{"c" * (3 << 20)}"/>'}, "file.structure"),
    ],
)
def test_parts_that_no_program_writes_are_refused(names: dict[str, str], code: str, tmp_path: Path) -> None:
    assert codes(tmp_path, packed(parts(sheet_xml(*good_rows()), names=names))) == {code}


@pytest.mark.parametrize(
    "rows",
    [
        (texts(1, HEADER), row(2, number("A1", 1))),
        (texts(1, HEADER), row(2, number("A2", 1), number("A2", 2))),
        (texts(1, HEADER), row(2, number("B2", 1), number("A2", 2))),
        (texts(1, HEADER), row(2, number("a2", 1))),
        (texts(1, HEADER), row(2, number("XFE2", 1))),
        (texts(1, HEADER), row(1_048_577, number("A1048577", 1))),
        (texts(1, HEADER), '<row r="0"><c r="A0"><v>1</v></c></row>'),
        (texts(1, HEADER), '<row r="x"/>'),
        (texts(1, HEADER), f'<row r="{"9" * 5_000}"/>'),
        (texts(1, HEADER), '<row r="02"/>'),
        (texts(1, HEADER), row(2, '<c r="A2" t="s"><v>0</v></c>')),
        (texts(1, HEADER), row(2, f'<c r="A2" t="s"><v>{"1" * 5_000}</v></c>')),
        (texts(1, HEADER), row(2, '<c r="A2" t="s"><v>-1</v></c>')),
        (texts(1, HEADER), row(3, number("A3", 1)), row(2, number("A2", 1))),
    ],
)
def test_rows_and_addresses_that_cannot_be_are_refused(rows: tuple[str, ...], tmp_path: Path) -> None:
    assert codes(tmp_path, workbook(*rows)) == {"file.structure"}


def test_merges_that_overlap_or_lie_nowhere_are_refused(tmp_path: Path) -> None:
    for merge in ("A1", "A1:B", "A0:B2", "AAAA1:B2", "A1:B99999999"):
        after = f'<mergeCells><mergeCell ref="{merge}"/></mergeCells>'
        assert codes(tmp_path, workbook(*good_rows(), after=after)) == {"file.structure"}
    piled = '<mergeCell ref="A2:D1048576"/>' * 1_000
    path = put(tmp_path, workbook(*good_rows(500), after=f"<mergeCells>{piled}</mergeCells>"))
    assert outcome_of(path, "table.xlsx", reader=in_this_process).codes == {"file.structure"}


@pytest.mark.parametrize("far", ["XFD1048576", "F1048576", "GS2", "XFD2"])
def test_one_cell_far_away_is_refused_before_memory_is_asked_for(far: str, tmp_path: Path) -> None:
    at = int(far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    rows = [texts(1, HEADER)] + ([texts(2, PERSON)] if at > 2 else []) + [row(at, number(far, 1))]
    assert codes(tmp_path, workbook(*rows)) == {"file.too_large"}


def test_a_formatted_cell_far_away_without_a_value_does_not_matter(tmp_path: Path) -> None:
    path = put(tmp_path, workbook(*good_rows(1), row(1_048_576, '<c r="XFD1048576" s="1"/>')))
    outcome = outcome_of(path, "table.xlsx", reader=in_this_process)
    assert outcome.sheet is not None
    assert (outcome.sheet.read, outcome.problems) == (1, [])


def test_a_short_file_that_repeats_a_long_text_is_refused_before_it_is_written_out(tmp_path: Path) -> None:
    shared = f"<si><t>{'长' * 32_000}</t></si>"
    rows = [texts(1, HEADER)] + [row(at, f'<c r="A{at}" t="s"><v>0</v></c>') for at in range(2, 6_000)]
    assert codes(tmp_path, workbook(*rows, shared=shared)) == {"file.too_large"}


def test_more_rows_or_columns_than_allowed_are_refused_with_their_place(tmp_path: Path) -> None:
    path = put(tmp_path, workbook(*good_rows(11)))
    outcome = outcome_of(path, "table.xlsx", limits=Limits(max_rows=10), reader=in_this_process)
    assert [(problem.code, problem.row) for problem in outcome.problems] == [("file.too_large", 12)]
    assert codes(tmp_path, workbook(*good_rows(40)), max_rows=10) == {"file.too_large"}
    assert codes(tmp_path, workbook(*good_rows(1)), max_columns=3) == {"file.too_large"}


def test_a_second_sheet_may_be_as_wide_as_it_likes(tmp_path: Path) -> None:
    wide = sheet_xml(row(1, text("A1", "x"), text("XFD1", "y")))
    relation = '<Relationship Id="rId2" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/></Relationships>'
    content = parts(sheet_xml(*good_rows()), names={"xl/worksheets/sheet2.xml": wide})
    name = "xl/_rels/workbook.xml.rels"
    content[name] = content[name].replace("</Relationships>", relation)
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(
        "</sheets>", '<sheet name="宽" sheetId="2" r:id="rId2"/></sheets>'
    )
    assert outcome_of(put(tmp_path, packed(content)), "table.xlsx", reader=in_this_process).names == {"warn"}


@pytest.mark.parametrize(
    ("head", "name", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "list.xls", "file.type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "list.xlsx", "file.type"),
        (b"%PDF-1.7", "list.csv", "file.type"),
        (b"\xef\xbb\xbf  <html>", "list.csv", "file.type"),
        (b"name\r\nx\r\n", "list.xlsx", "file.type"),
        (b"name\r\nx\r\n", "list.exe", "file.type"),
        (b'[{"a": 1}]', "list.json", "file.type"),
        (b"", "list.csv", "file.empty"),
        (b"\xef\xbb\xbf", "list.csv", "file.empty"),
        (packed({"content.xml": "<a/>"}), "list.ods", "file.type"),
        (packed({"xl/workbook.bin": b""}), "list.xlsb", "file.type"),
        (packed({}), "list.xlsx", "file.type"),
    ],
)
def test_what_is_no_table_is_named_by_its_content(head: bytes, name: str, code: str, tmp_path: Path) -> None:
    assert codes(tmp_path, head, name) == {code}


def test_a_workbook_under_another_name_is_still_a_workbook(tmp_path: Path) -> None:
    outcome = outcome_of(put(tmp_path, GOOD, "list.csv"), "list.csv", reader=in_this_process)
    assert outcome.sheet is not None
    assert len(outcome.sheet.rows) == 3


def test_looking_takes_no_longer_than_it_may(tmp_path: Path) -> None:
    assert codes(tmp_path, GOOD, seconds=-1) == {"file.too_large"}


def test_numbers_of_the_format_fit_the_digits_that_are_read() -> None:
    assert len(str(1_048_576)) < MOST_DIGITS
