"""Keeps the Chinese catalogue (中文翻译): collects the texts of code and templates, and compiles what is translated.

`python tools/catalogue.py` collects and compiles; tables named after it (CSV: msgid, zh, if needed context) fill what
is open, with `--over` also what is filled; `--tidy` lets go of texts that the sources no longer have; `--check` writes
nothing and names every fault. Collecting and compiling need gettext (Debian: apt-get install gettext); the product does
not: the compiled catalogue is part of it.
"""

from __future__ import annotations

import argparse
import csv
import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PO = Path("lianfang/locale/zh_Hans/LC_MESSAGES/django.po")
_TITLE = "# The Chinese of Lianfang (联防中文翻译); the glossary of the product decides its terms."
_HEADER = (
    "Project-Id-Version: Lianfang\nLanguage: zh_Hans\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=1; plural=0;\n"
)
_FIELD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d+\])? ((?:".*"\n?)+)', re.MULTILINE)
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
_HAN = r"[㐀-鿿豈-﫿]"
_SET_BADLY = re.compile(rf"{_HAN}[,.;:!?()]|[,;:!?()]{_HAN}|\s·|·\s|[・０-９]|{_HAN} +{_HAN}")
_SIGNS = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One text: its comments, context, English, English plural or "", and the Chinese; `gone` when no source has it."""

    notes: tuple[str, ...]
    context: str
    text: str
    plural: str
    chinese: str
    gone: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.context, self.text


def read(po: Path) -> list[Entry]:
    """The entries of a catalogue, without its header."""
    blocks = po.read_text("utf-8").split("\n\n")
    return [entry for block in blocks if (entry := _entry(block)) is not None]


def _entry(block: str) -> Entry | None:
    gone = block.startswith("#~")
    lines = block.replace("#~ ", "") if gone else block
    fields = {name: _plain(quoted) for name, quoted in _FIELD.findall(lines)}
    if not fields.get("msgid"):
        return None
    notes = tuple(line for line in lines.splitlines() if line.startswith("#") and not line.startswith(("#|", "#~")))
    chinese = "" if any("fuzzy" in note for note in notes) else fields["msgstr"]
    kept = tuple(one for note in notes if (one := note.replace(" fuzzy,", "").replace(", fuzzy", "")) != "#")
    return Entry(kept, fields.get("msgctxt", ""), fields["msgid"], fields.get("msgid_plural", ""), chinese, gone)


def _plain(quoted: str) -> str:
    joined = "".join(line.strip()[1:-1] for line in quoted.splitlines())
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), joined)


def write(po: Path, entries: Iterable[Entry]) -> None:
    """Write a catalogue with our header: no date and nobody's name, so that it only changes when a text does."""
    header = "\n".join([_TITLE, 'msgid ""', 'msgstr ""', *(_quoted(line) for line in _HEADER.splitlines(True))])
    po.write_text("\n\n".join([header, *(_block(entry) for entry in entries)]) + "\n", "utf-8")


def _block(entry: Entry) -> str:
    lines = [f"msgctxt {_quoted(entry.context)}"] if entry.context else []
    lines += [f"msgid {_quoted(entry.text)}"]
    lines += [f"msgid_plural {_quoted(entry.plural)}"] if entry.plural else []
    lines += [f"msgstr{'[0]' if entry.plural else ''} {_quoted(entry.chinese)}"]
    return "\n".join([*entry.notes, *(f"#~ {line}" if entry.gone else line for line in lines)])


def _quoted(text: str) -> str:
    return '"' + "".join(_SIGNS.get(sign, sign) for sign in text) + '"'


def collect(home: Path = ROOT, *, tidy: bool = False) -> None:
    """Bring the catalogue up to date with the sources under `home`. What a source no longer has is kept, marked
    as gone, so that it is there when the text comes back; `tidy` lets it go."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lianfang.settings", "PYTHONPATH": str(home)}
    (home / PO).parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-wrap", "--no-location", "-v", "0"]
    subprocess.run(command, cwd=home / "lianfang", env=environment, check=True)
    write(home / PO, [entry for entry in read(home / PO) if not (tidy and entry.gone)])


def take_in(table: Path, *, over: bool = False) -> int:
    """Fill open entries, with `over` all entries, from a table with the columns msgid and zh, if needed context;
    how many were changed."""
    with table.open(encoding="utf-8", newline="") as file:
        words = {(row.get("context") or "", row["msgid"]): row["zh"] for row in csv.DictReader(file)}
    before = read(ROOT / PO)
    after = [
        replace(entry, chinese=words.get(entry.key) or entry.chinese) if over or not entry.chinese else entry
        for entry in before
    ]
    write(ROOT / PO, after)
    return sum(one != other for one, other in zip(before, after, strict=True))


def compile_catalogue() -> None:
    """Write the binary catalogue that the product reads."""
    po = str(ROOT / PO)
    command = [shutil.which("msgfmt") or "msgfmt", "--check-format", "-o", str(compiled_path()), po]
    subprocess.run(command, check=True)


def compiled_path() -> Path:
    """Where the product reads its Chinese."""
    return (ROOT / PO).with_suffix(".mo")


def compiled() -> dict[object, str]:
    """What the product reads, by text or, where there is a plural, by text and number of the form."""
    with compiled_path().open("rb") as file:
        found: dict[object, str] = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    return {text: word for text, word in found.items() if text != ""}


def compiled_from(entries: Iterable[Entry]) -> dict[object, str]:
    """What the binary catalogue of these entries holds."""
    named = [(f"{e.context}\x04{e.text}" if e.context else e.text, e) for e in entries if e.chinese and not e.gone]
    return {(text, 0) if entry.plural else text: entry.chinese for text, entry in named}


def new_texts() -> list[str]:
    """Texts of the sources that the catalogue does not have, found on a copy. Needs gettext."""
    known = {entry.key for entry in read(ROOT / PO) if not entry.gone}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "lianfang", Path(folder) / "lianfang", ignore=shutil.ignore_patterns("__pycache__"))
        collect(Path(folder))
        return [entry.text for entry in read(Path(folder) / PO) if entry.key not in known and not entry.gone]


def faults(entries: Iterable[Entry]) -> Iterator[str]:
    """What is wrong with the wording itself: nothing written, other placeholders, punctuation of the other language."""
    for entry in entries:
        if entry.gone:
            continue
        if not entry.chinese:
            yield f"not translated: {entry.text!r}"
        elif set(_PLACE.findall(entry.chinese)) != set(_PLACE.findall(entry.plural or entry.text)):
            yield f"other placeholders: {entry.text!r}: {entry.chinese!r}"
        elif found := _SET_BADLY.search(entry.chinese):
            yield f"set badly at {found[0]!r}: {entry.chinese!r}"


def main() -> int:
    """Collect, take in the tables named and compile; with `--check`, only look. 1 when there is a fault."""
    arguments = _arguments()
    if not arguments.check:
        collect(tidy=arguments.tidy)
        for table in arguments.tables:
            print(f"{table}: {take_in(table, over=arguments.over)} filled", file=sys.stderr)
        compile_catalogue()
    entries = read(ROOT / PO)
    found = list(faults(entries))
    if arguments.check:
        found += [f"not collected: {text!r}" for text in new_texts()]
        found += ["not compiled since the last change"] if compiled() != compiled_from(entries) else []
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Keeps the Chinese catalogue.")
    parser.add_argument("tables", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; name every fault")
    parser.add_argument("--over", action="store_true", help="the tables also replace what is filled")
    parser.add_argument("--tidy", action="store_true", help="let go of texts that no source has")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
