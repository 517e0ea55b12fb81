"""Commands when the database cannot be reached (数据库连不上): status 2 and a sentence, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lianfang.interfaces.server.reach import free_port


@pytest.mark.parametrize("checked", ["", "1"])
def test_recount_does_not_take_a_database_that_is_away_for_a_counter_that_differs(tmp_path, checked: str):
    address = f"postgresql://somebody:secret@127.0.0.1:{free_port('127.0.0.1', 0)}/nothing"
    environment = {**os.environ, "DATABASE_URL": address, "LIANFANG_DATABASE_CHECKED": checked}
    command = [sys.executable, "-m", "lianfang", "recount", "--data", str(tmp_path)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("lianfang recount: The database ") and len(ended.stderr.splitlines()) == 1
    assert "secret" not in ended.stderr
