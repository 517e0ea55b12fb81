"""Writes docs/coverage.md (规格覆盖): which row of the specification is proved by which tests, read from their names.

A test named `test_C02_…` proves row C02; one named `test_acceptance_16_…` proves number 16 of the acceptance list.
`--check` only compares.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "coverage.md"
ROW = re.compile(r"(?<=_)([A-T]\d\d)(?=_)|acceptance_(\d+)(?=_)")
HEAD = """# Coverage of the specification (规格覆盖)

Made from the names of the tests by `tools/coverage.py`; a row without a test is not done. What is
only partly done says so in the last column, which stands in `docs/partial.toml`.

| row | proved by | partial |
| --- | --- | --- |
"""


def tests() -> dict[str, list[str]]:
    """Row or number -> its tests."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for row in _rows(node):
                found.setdefault(row, []).append(f"`{path.relative_to(ROOT).as_posix()}::{node.name}`")  # type: ignore[attr-defined]
    return found


def _rows(node: ast.AST) -> list[str]:
    """The rows and numbers that a test's name claims."""
    if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
        return []
    return [match.group(1) or f"number {match.group(2)}" for match in ROW.finditer(node.name)]


def partial() -> dict[str, str]:
    """Row -> what of it is still open, in words."""
    path = ROOT / "docs" / "partial.toml"
    return tomllib.loads(path.read_text("utf-8"))["partial"] if path.exists() else {}


def text() -> str:
    """The whole page."""
    open_ = partial()
    order = sorted(tests().items(), key=lambda one: (one[0].startswith("number"), len(one[0]), one[0]))
    return HEAD + "".join(f"| {row} | {'<br>'.join(proofs)} | {open_.get(row, '')} |\n" for row, proofs in order)


def main() -> int:
    """Write the page, or with `--check` say whether it is current."""
    if "--check" not in sys.argv:
        TARGET.write_text(text(), "utf-8")
        return 0
    current = TARGET.exists() and TARGET.read_text("utf-8") == text()
    if not current:
        print("docs/coverage.md is not current: run tools/coverage.py", file=sys.stderr)
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
