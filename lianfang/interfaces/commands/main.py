"""The command `lianfang` (命令行入口): finds the subcommand, has its arguments read, turns its outcome into a status.

Exit status: 0 done, 1 a check or comparison failed, 2 wrong usage or unreadable input. With `--json` a command prints
one JSON object on standard output; everything else goes to standard error.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol, cast

from lianfang import __version__
from lianfang.domain.refusals import Refused
from lianfang.interfaces.server import leash
from lianfang.interfaces.server.trouble import WRONG_USAGE, CannotRun, say

INTERRUPTED: Final = 130
READER_GONE: Final = 0
SUPERVISED: Final = "LIANFANG_SUPERVISED"
LAST_WORDS_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: where it is, what it does in one line, and an example for `--help`."""

    module: str
    does: str
    example: str


class CommandModule(Protocol):
    """What the module of a subcommand offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declares its arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Does it; returns the exit status. May raise CannotRun or Refused."""


# A new subcommand is one line here and one module, which is imported only when it is called.
COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "up": Command(
            "lianfang.interfaces.commands.up",
            "start everything: database, web and worker",
            "lianfang up --port 8000 --demo 003",
        ),
        "watch": Command(
            "lianfang.interfaces.commands.watch",
            "the worker: opens and sweeps what is due (started by `up`)",
            "lianfang watch",
        ),
        "import": Command(
            "lianfang.interfaces.commands.import_",
            "bring a file in: units, people, reports, arrivals; every row is accounted for",
            "lianfang import people roster.xlsx --unit S1 --dry-run",
        ),
        "export": Command(
            "lianfang.interfaces.commands.export",
            "write the rows of a register as CSV, XLSX or NDJSON",
            "lianfang export unit-reports --unit S1 --from 2026-03-01 --out reports.xlsx",
        ),
        "verify": Command(
            "lianfang.interfaces.commands.verify",
            "two-way verification of two lists in files, without a server or a database",
            "lianfang verify ours.xlsx theirs.csv --out differences.xlsx --columns name=姓名,id_no=证件号",
        ),
        "analyse": Command(
            "lianfang.interfaces.commands.analyse",
            "one method of the analysis module on a file, without a server or a database",
            "lianfang analyse detect.ears counts.csv --params '{\"baseline\": 7}' --plot alarms.svg",
        ),
        "token": Command(
            "lianfang.interfaces.commands.token",
            "make or withdraw a bearer token for a machine",
            "lianfang token create reporter --unit S1 --days 30 --read-only",
        ),
        "show": Command(
            "lianfang.interfaces.commands.show",
            "what is in force, in words: rules, registers, dues, actions",
            "lianfang show rules --unit S1 --lang zh",
        ),
        "recount": Command(
            "lianfang.interfaces.commands.recount",
            "count a day again from its rows and compare",
            "lianfang recount --day 2026-03-02",
        ),
        "backup": Command(
            "lianfang.interfaces.commands.backup",
            "the whole node into one sealed file, read back and counted",
            "lianfang backup /mnt/usb/lianfang-2026-03-02.backup --key-file /root/lianfang.key --make-key --drill",
        ),
        "restore": Command(
            "lianfang.interfaces.commands.restore",
            "the whole node from a backup, all of it or nothing",
            "lianfang restore /mnt/usb/lianfang-2026-03-02.backup --key-file /root/lianfang.key --replace",
        ),
        "doctor": Command(
            "lianfang.interfaces.commands.doctor",
            "check that this installation is safe to run",
            "lianfang doctor --json",
        ),
        "manage": Command(
            "lianfang.interfaces.commands.manage",
            "Django's own commands",
            "lianfang manage migrate --plan",
        ),
        "demo": Command(
            "lianfang.interfaces.commands.demo",
            "replay a scenario in a database of its own and compare every total",
            "lianfang demo 002 --json",
        ),
        "population": Command(
            "lianfang.interfaces.commands.population",
            "write the synthetic province into the database",
            "lianfang population --scale S",
        ),
        "bench": Command(
            "lianfang.interfaces.commands.bench",
            "measure, each figure beside a baseline of the same run",
            "lianfang bench ingest --scale S --json",
        ),
        "after-action": Command(
            "lianfang.interfaces.commands.after_action",
            "the after-action pack: report, workbook and de-identified research data of a period",
            "lianfang after-action S1 --from 2020-01-30 --to 2020-06-10 --out pack.zip",
        ),
        "clock": Command(
            "lianfang.interfaces.commands.clock",
            "the clock of a drill: show it, set it, or go back to real time",
            "lianfang clock set 2021-08-06T16:18 --reason 'evening drill'",
        ),
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand and returns its exit status."""
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or given[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0 if given else WRONG_USAGE
    if given[0] == "--version":
        print(__version__)
        return 0
    name, *rest = given
    if name not in COMMANDS:
        say(unknown(name))
        return WRONG_USAGE
    return _call(name, rest)


def usage() -> str:
    """The list of subcommands."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.does}" for name, command in COMMANDS.items()]
    return "\n".join(
        ["usage: lianfang COMMAND …", "", *lines, "", "`lianfang COMMAND --help` shows one with an example."]
    )


def unknown(name: str) -> str:
    """What to say to a name that is no subcommand."""
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    meant = f" Did you mean `lianfang {close[0]}`?" if close else ""
    return f"There is no command `{name}`.{meant} There are: {', '.join(COMMANDS)}."


def parser_of(name: str) -> tuple[argparse.ArgumentParser, CommandModule]:
    """The argument parser of a subcommand and its module."""
    command = COMMANDS[name]
    module = cast(CommandModule, importlib.import_module(command.module))
    parser = argparse.ArgumentParser(
        prog=f"lianfang {name}",
        description=f"{command.does[0].upper()}{command.does[1:]}.",
        epilog=f"example: {command.example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=not getattr(module, "OWN_HELP", False),
    )
    module.add_arguments(parser)
    return parser, module


def _call(name: str, rest: Sequence[str]) -> int:
    parser, module = parser_of(name)
    if os.environ.get(SUPERVISED):
        leash.follow_parent(grace=LAST_WORDS_SECONDS)
    try:
        return module.run(parser.parse_args(rest))
    except CannotRun as trouble:
        say(f"lianfang {name}: {trouble.sentence}")
        return trouble.status
    except Refused as refused:
        say(f"lianfang {name}: refused: {refused}")
        return WRONG_USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone, as in `lianfang … | head`
        return READER_GONE
