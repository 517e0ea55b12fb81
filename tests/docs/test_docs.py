"""Documents that are made from the code stay current (文档同步)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_coverage_page_is_made_from_the_tests():
    done = subprocess.run(
        [sys.executable, "tools/coverage.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_setting_from_the_environment_is_documented():
    names = set(re.findall(r'_(?:text|flag)\("(\w+)"', (ROOT / "lianfang/settings.py").read_text("utf-8")))
    operations = (ROOT / "docs/ops.md").read_text("utf-8")
    assert {name for name in names if name not in operations} == set()


def test_every_target_of_make_is_explained():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) - {"help"}
    helped = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert {target for target in targets if target not in helped} == set()


def test_links_between_documents_lead_somewhere():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
