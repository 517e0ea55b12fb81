"""The house rules (代码规约), checked: layers, sizes, opening lines, numbers only in rule packs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(p for p in (ROOT / "lianfang").rglob("*.py") if "migrations" not in p.parts)
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def test_imports_go_downwards_only():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_opens_with_what_it_is_and_stays_small(path: Path):
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text.strip(), "no opening sentence"
    assert text.count("\n") <= LONGEST_FILE
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_functions_are_short_at_the_median():
    sizes = sorted(
        node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    assert sizes[len(sizes) // 2] <= 9


def test_templates_carry_no_inline_style_or_script():
    for path in (ROOT / "lianfang").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*\b(src|type=\"module\"))", text), path


def test_no_name_is_a_manager_helper_util_data_or_info():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                assert not re.search(r"(Manager|Helper|Util|Data|Info)$", node.name), f"{path}: {node.name}"


def test_numbers_of_rules_stand_in_rule_packs_only():
    forbidden = re.compile(r"(?<![\d.\"'])(37\.3|16:30|17:00)(?![\d])")
    for path in SOURCES:
        code = "\n".join(line.split("#")[0] for line in _without_docstrings(path).split("\n"))
        if "demo" not in path.parts:
            assert not forbidden.search(code), path


def _without_docstrings(path: Path) -> str:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
