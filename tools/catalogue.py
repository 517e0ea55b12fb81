"""Keeps the Chinese catalogue (中文翻译): collects the texts of code and templates, and compiles what is translated.

`python tools/catalogue.py` collects and compiles; `--check` says what is missing. Needs gettext (Debian: apt-get install gettext),
but only here: the compiled catalogue is part of the project.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "lianfang" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
_ENTRY = re.compile(r'((?:^#.*\n)*)^msgid ((?:".*"\n)+)(?:^msgid_plural ((?:".*"\n)+))?((?:^msgstr(?:\[\d\])? (?:".*"\n)+)+)', re.MULTILINE)


def collect() -> None:
    """Bring the catalogue up to date with the sources."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lianfang.settings", "PYTHONPATH": str(ROOT)}
    PO.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-wrap", "--no-location", "--no-obsolete", "-v", "0"]
    subprocess.run(command, cwd=ROOT / "lianfang", env=environment, check=True)
    PO.write_text(re.sub(r'"POT-Creation-Date:.*\n', "", PO.read_text("utf-8")), "utf-8")


def compile_catalogue() -> None:
    """Write the binary catalogue that the product reads."""
    subprocess.run(["msgfmt", "--check-format", "-o", str(PO.with_suffix(".mo")), str(PO)], check=True)


def untranslated() -> list[str]:
    """The texts without a Chinese wording, or with one that is only a guess."""
    return [
        _plain(match.group(2)) for match in _ENTRY.finditer(PO.read_text("utf-8"))
        if _plain(match.group(2)) and ("fuzzy" in match.group(1) or _is_open(match.group(4)))
    ]  # fmt: skip


def _is_open(translations: str) -> bool:
    return any(not _plain(part) for part in re.split(r"^msgstr(?:\[\d\])? ", translations, flags=re.MULTILINE)[1:])


def _plain(quoted: str) -> str:
    return "".join(re.findall(r'"(.*)"', quoted)).replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def take_in(table: Path) -> int:
    """Fill open entries from a table with the columns msgid and zh; how many were filled."""
    with table.open(encoding="utf-8", newline="") as file:
        words = {row["msgid"]: row["zh"] for row in csv.DictReader(file)}
    filled = 0

    def fill(match: re.Match[str]) -> str:
        nonlocal filled
        word = words.get(_plain(match.group(2)))
        if not word or ("fuzzy" not in match.group(1) and not _is_open(match.group(4))):
            return match.group(0)
        filled += 1
        quoted = '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"\n'
        head = match.group(1).replace("#, fuzzy\n", "").replace("#, fuzzy, ", "#, ")
        head = "".join(line for line in head.splitlines(True) if not line.startswith("#|"))
        plural = f"msgid_plural {match.group(3)}" if match.group(3) else ""
        return f"{head}msgid {match.group(2)}{plural}msgstr{'[0]' if plural else ''} {quoted}"

    PO.write_text(_ENTRY.sub(fill, PO.read_text("utf-8")), "utf-8")
    return filled


def main() -> int:
    """Collect and compile; take in the tables named; with `--check`, only compare."""
    if "--check" not in sys.argv:
        collect()
        for name in sys.argv[1:]:
            print(f"{name}: {take_in(Path(name))} filled", file=sys.stderr)
        compile_catalogue()
    missing = untranslated()
    for text in missing:
        print(f"not translated: {text!r}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
