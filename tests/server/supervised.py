"""A supervisor over the sample site (样板守护): run as a program by the tests, because it is going to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from lianfang.interfaces.server import leftovers, programs
from lianfang.interfaces.server.children import Program
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.reach import answers
from lianfang.interfaces.server.supervisor import Stopped, Supervisor, stop_signals
from lianfang.interfaces.server.trouble import say

WORKER = "import time\nwhile True: time.sleep(60)"


def main(state: Path, port: int) -> None:
    """Prints `ready` when the site answers; runs until it is told to stop."""
    cluster = Cluster(state, for_tests=True)
    kept = [
        programs.web("127.0.0.1", port, target="tests.server.site:build"),
        Program("worker", (sys.executable, "-c", WORKER)),
    ]
    leftovers.clear(state, say)
    with stop_signals():
        try:
            cluster.start()
            supervisor = Supervisor(state, cluster, kept, address=f"http://127.0.0.1:{port}")
            supervisor.run(lambda: answers("127.0.0.1", port), lambda: print("ready", flush=True))
        except Stopped:
            cluster.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
