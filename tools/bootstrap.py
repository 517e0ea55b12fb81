"""What `make` does (一键运行): makes the virtual environment from the lock file, then runs or tests the project.

Standard library only, Python 3.11 or newer. Run again it is quick: a stamp remembers which lock file is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
OLDEST = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", str(Path.home() / ".fonts"), "/System/Library/Fonts")
FONT_NAMES = ("*CJK*", "*Han*", "wqy*", "*PingFang*", "*YaHei*", "*Hiragino*")
FOR_PAGES = ("chromium", "fonts-noto-cjk")
# A file stays with one process: what it builds for all its tests is then built once, not by each process.
TEST_PROCESSES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
BENCHES = ("ingest", "rollcall", "import", "export", "board", "rollup", "overload")

LAUNCHER = """#!{python}
import sys

from lianfang.interfaces.commands.main import main

sys.exit(main())
"""


def main() -> int:
    """Does what the first argument says; the rest goes on to it."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description=__doc__, epilog="example: bootstrap.py test -k door"
    )
    parser.add_argument("task", choices=TASKS, help="what to do")
    task, rest = parser.parse_known_args()
    check_python()
    os.chdir(ROOT)
    return TASKS[task.task](rest)


def run(arguments: Sequence[str]) -> int:
    """`lianfang up` in place of this process, so that Ctrl-C goes straight to it."""
    install(RUN_LOCK)
    os.execv(PYTHON, [str(PYTHON), "-m", "lianfang", "up", *arguments])  # noqa: S606


def test(arguments: Sequence[str]) -> int:
    """pytest with a real PostgreSQL, which it starts itself."""
    install(DEV_LOCK)
    provide_browser()
    return call([PYTHON, "-m", "pytest", *TEST_PROCESSES, *arguments])


def bench(arguments: Sequence[str]) -> int:
    """`lianfang bench`, all of them unless some are named."""
    install(RUN_LOCK)
    names = [name for name in arguments if not name.startswith("-")] or BENCHES
    options = [option for option in arguments if option.startswith("-")]
    return max(call([PYTHON, "-m", "lianfang", "bench", name, *options]) for name in names)


def check(_arguments: Sequence[str]) -> int:
    """Everything that is checked without a browser; all of it, also after the first failure."""
    install(DEV_LOCK)
    failed = [name for name, command in checks().items() if call(command, title=name, variables=FOR_CHECKS) != 0]
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def checks() -> dict[str, Sequence[str | Path]]:
    """Name and command line of every check."""
    return {
        "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
        "lint": [PYTHON, "-m", "ruff", "check", "."],
        "types": [PYTHON, "-m", "mypy", "lianfang", "tools"],
        "layers": [VENV / "bin" / "lint-imports"],
        "migrations": [PYTHON, "-W", "ignore", "-m", "django", "makemigrations", "--check", "--dry-run"],
        "translations and docs": [PYTHON, "-m", "pytest", "tests/docs", "tests/everything", "-k", "docs or translat"],
    }


# Enough for Django to load; no database is asked.
FOR_CHECKS = {
    "DJANGO_SETTINGS_MODULE": "lianfang.settings",
    "LIANFANG_SECRET_KEY": "for checks only",
    "PYTHONPATH": str(ROOT),
}


def check_python() -> None:
    """Goes on with a newer interpreter of this machine when this one is too old; names what is missing otherwise."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(14, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
    stop("Python 3.11 or newer is needed. On Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv")


def install(lock: Path) -> None:
    """Makes `.venv` when there is none, and installs exactly what the lock file names, unless that has been done."""
    stamp = VENV / f"{lock.stem}.stamp"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted):
        if not has_pip():
            make_venv()
        pip_install(lock)
        stamp.write_text(wanted)
    put_project_on_path()


def has_pip() -> bool:
    """Whether `.venv` is there and whole; one whose making was interrupted is not."""
    return (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    )


def make_venv() -> None:
    """Without `ensurepip`, which Debian keeps in a package of its own, there would be no pip in it."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        stop(f"This Python cannot make virtual environments. Install that part: apt-get install {package}")
    say(f"making {VENV} …")
    if call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        stop(f"The virtual environment could not be made; remove {VENV} and try again.")


def pip_install(lock: Path) -> None:
    """Shows which package is being fetched, one line that changes; everything pip says when it fails."""
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", str(lock)]
    total = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line and line[0].isalnum())
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith("Collecting "):
                done = sum(1 for earlier in said if earlier.startswith("Collecting "))
                progress(f"fetching {done} of at most {total}: {line.split()[1]}")
            elif line.startswith("Installing collected"):
                progress("installing …")
    progress("", end="\n")
    if pip.returncode != 0:
        stop(
            "".join(said[-20:])
            + f"The packages of {lock.name} could not be installed; is a package index within reach?"
        )


def put_project_on_path() -> None:
    """A path file and a launcher: nothing is built, so nothing has to be fetched for building."""
    for packages in VENV.glob("lib/python3*/site-packages"):
        write(packages / "lianfang-checkout.pth", f"{ROOT}\n")
    launcher = VENV / "bin" / "lianfang"
    write(launcher, LAUNCHER.format(python=PYTHON))
    launcher.chmod(0o755)


def write(file: Path, text: str) -> None:
    """Only when it differs."""
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def provide_browser() -> None:
    """Tests of pages drive a Chromium and look at Chinese text; root gets both installed, others are told how."""
    missing = [
        package for package, there in zip(FOR_PAGES, (has_browser(), has_chinese_font()), strict=True) if not there
    ]
    if not missing:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        stop(f"The tests of pages need {' and '.join(missing)}. Install: {command}")
    say(f"installing {' and '.join(missing)} …")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    call(["apt-get", "update", "-q"], variables=quiet)
    if call(command.split(), variables=quiet) != 0:
        stop(f"This did not work: {command}")


def has_browser() -> bool:
    """Whether a browser of the Chromium family is there."""
    return any(shutil.which(name) for name in BROWSERS)


def has_chinese_font() -> bool:
    """Whether a font with Chinese characters is there."""
    folders = [Path(folder) for folder in FONT_FOLDERS]
    return any(next(folder.rglob(name), None) for folder in folders if folder.exists() for name in FONT_NAMES)


def call(command: Sequence[str | Path], *, title: str = "", variables: Mapping[str, str] | None = None) -> int:
    """Runs a program to its end, its output shown; returns its exit status."""
    if title:
        say(f"— {title}")
    return subprocess.run(
        [str(part) for part in command], env={**os.environ, **(variables or {})}, check=False
    ).returncode


def progress(line: str, *, end: str = "") -> None:
    """One line that changes on a screen, and a line each in a log."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end=end, file=sys.stderr, flush=True)
    elif line:
        say(line)


def say(line: str) -> None:
    """To the person, on standard error."""
    print(line, file=sys.stderr, flush=True)


def stop(sentence: str) -> NoReturn:
    """Says what is missing and ends with status 2."""
    say(sentence)
    raise SystemExit(2)


TASKS: dict[str, Callable[[Sequence[str]], int]] = {"run": run, "test": test, "check": check, "bench": bench}

if __name__ == "__main__":
    sys.exit(main())
