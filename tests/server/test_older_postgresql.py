"""The oldest PostgreSQL we promise (最低版本): the chain and its fences hold on Debian's server too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("1[5-7]/bin"))


@pytest.mark.skipif(not INSTALLED, reason="no PostgreSQL 15 to 17 from Debian is installed here")
def test_the_report_chain_and_its_fences_hold_on_the_oldest_server():
    gone = ("PYTEST_XDIST_WORKER", "LIANFANG_TEST_SERVER", "DATABASE_URL", "LIANFANG_STATE")
    environment = {
        name: value for name, value in os.environ.items() if name not in gone and not name.startswith("PYTEST_")
    }
    command = [sys.executable, "-m", "pytest", "-q", "tests/kernel/test_report_chain.py", "tests/kernel/test_scope.py"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, "LIANFANG_PGBIN": str(INSTALLED[0])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert f"PostgreSQL {INSTALLED[0].parent.name}" in done.stdout + done.stderr
