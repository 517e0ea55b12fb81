"""`lianfang manage openapi` (接口描述文件): writes the kept description anew, or says whether it is current."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lianfang.interfaces.api.table import document

KEPT = Path(__file__).resolve().parents[5] / "docs" / "api.json"

WIDTH = 120  # characters of a line, where it can be


class Command(BaseCommand):
    """Writes `docs/api.json`."""

    help = "Write docs/api.json, the kept description of the API; with --check, only say whether it is current."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`--out FILE` for another place, `--check` for no writing."""
        parser.add_argument("--out", type=Path, default=KEPT, metavar="FILE")
        parser.add_argument("--check", action="store_true", help="exit 1 when the file is not current")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write, or compare."""
        out: Path = options["out"]
        if not options["check"]:
            out.write_text(text(), encoding="utf-8")
            self.stdout.write(f"wrote {out}")
        elif not out.exists() or out.read_text(encoding="utf-8") != text():
            raise CommandError("docs/api.json is not current: run `lianfang manage openapi`")


def text() -> str:
    """The description as it is kept in the project."""
    return laid_out(document()) + "\n"


def laid_out(value: Any, depth: int = 0) -> str:
    """JSON in which what fits in a line stands in one, so that the file is short and what changes in it is seen."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + depth <= WIDTH or not isinstance(value, dict | list):
        return flat
    inner = " " * (depth + 1)
    if isinstance(value, list):
        lines = [inner + laid_out(one, depth + 1) for one in value]
        return "[\n" + ",\n".join(lines) + "\n" + " " * depth + "]"
    lines = [
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {laid_out(one, depth + 1)}" for name, one in value.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"
