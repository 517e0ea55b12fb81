"""The product under fire (受试系统): `lianfang up` in a folder of its own, with a database that waits for the disk."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from lianfang.interfaces.server import leftovers, processes
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.reach import free_port
from lianfang.interfaces.server.state import environment
from lianfang.kernel.faults import ORDER, PASSES, SWITCH

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 300.0
STOP_SECONDS = 120.0
OF_ANSWERS = (
    "reporting_answer",
    "reporting_answerrevision",
    "reporting_receipt",
    "reporting_tally",
    "alerts_alert",
    "audit_event",
    "audit_handling",
)


class Product:
    """One installation in the folder `state`; orders to die and its log lie in `notes`, on another disk if need be."""

    def __init__(self, state: Path, notes: Path) -> None:
        self.state = state
        self.notes = notes
        self.port = free_port("127.0.0.1", 0)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, seconds: float = START_SECONDS) -> float:
        """Starts it and waits until it is well; the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "-m", "lianfang", "up", "--port", str(self.port), "--data", str(self.state)]
        with (self.notes / "up.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=REPOSITORY, env=self._variables())
        while not self.is_well():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() - began < seconds, self.log()
            time.sleep(0.05)
        return time.monotonic() - began

    def settle(self, settings: str) -> None:
        """Settings of the operator's own for the database, before it is started."""
        cluster = Cluster(self.state)
        cluster.ensure()
        (cluster.place.home / "local.conf").write_text(settings, encoding="utf-8")
        (cluster.place.home / "local.conf").chmod(0o644)

    def stop(self) -> None:
        """Stops it as an operator does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_SECONDS)
        self._process = None

    def end(self) -> None:
        """Leaves nothing of it running, however it stands."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        leftovers.clear(self.state, lambda _line: None)
        processes.send(processes.in_folder(Cluster(self.state).place.data), signal.SIGKILL)

    def is_well(self) -> bool:
        """Whether the probe says that the database answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return bool(json.loads(connection.getresponse().read()).get("database") == "ok")
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()

    def log(self) -> str:
        """The end of what it said."""
        return (self.notes / "up.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    # Orders to die.

    def order(self, place: str, number: int) -> None:
        """Somebody dies at the nth pass through this place from now on."""
        self.withdraw()
        (self.notes / ORDER).write_text(f"{place}:{number}", encoding="utf-8")

    def passes(self) -> int:
        """How often the ordered place was passed."""
        file = self.notes / PASSES
        return int(file.read_text(encoding="utf-8") or 0) if file.exists() else 0

    def withdraw(self) -> None:
        """Nobody dies any more."""
        (self.notes / ORDER).unlink(missing_ok=True)
        (self.notes / PASSES).unlink(missing_ok=True)

    # Looking inside.

    def pid(self, name: str) -> int:
        """The process number of web, worker or database; 0 while it is being started again."""
        children = leftovers.noted(self.state).get("children", [])
        return next((int(child["pid"]) for child in children if child["name"] == name), 0)

    def web_workers(self) -> list[int]:
        """The processes that answer requests."""
        web = self.pid("web")
        return [found.pid for found in processes.in_session(web) if found.pid != web]

    def database_processes(self) -> list[int]:
        """The database's server and all its processes."""
        return processes.in_folder(Cluster(self.state).place.data)

    def backends(self) -> list[int]:
        """The database's processes that work for somebody else than us."""
        query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        return [row[0] for row in self.rows(query)]

    def rows(self, query: str, *given: Any) -> list[tuple[Any, ...]]:
        """What the database holds, seen past all fences; waits for a database that is coming back."""
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(Cluster(self.state).url(role="superuser"), autocommit=True) as connection:
                    return connection.execute(query, given or None).fetchall()  # type: ignore[arg-type]
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def change(self, statement: str, *given: Any) -> None:
        """Changes what the database holds, past all rules."""
        with psycopg.connect(Cluster(self.state).url(role="superuser"), autocommit=True) as connection:
            connection.execute(statement, given or None)  # type: ignore[arg-type]

    def clear_answers(self) -> None:
        """As if nobody had sent anything yet."""
        for one in OF_ANSWERS:  # one after the other: the worker reads several of them at once
            self.change(f"TRUNCATE {one}")

    def ask(self, *words: str) -> Any:
        """What `tests.faults.inside` answers from inside this installation."""
        variables = {**os.environ, **environment(self.state, Cluster(self.state).url())}
        command = [sys.executable, "-m", "tests.faults.inside", *words]
        done = subprocess.run(command, env=variables, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    def _variables(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LIANFANG_", "DJANGO_", "DATABASE_", "FAULT"))}
        return {**kept, SWITCH: str(self.notes), "PYTHONUNBUFFERED": "1"}
