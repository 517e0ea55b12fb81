"""The whole pack (整包): report, workbook and research data of a unit and a period, as files by name."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Final

from lianfang.capabilities.briefings.packs import PACKERS
from lianfang.domain.briefing.wording import LANGUAGES
from lianfang.domain.refusals import Refused
from lianfang.interfaces.after_action import files
from lianfang.interfaces.after_action.parts import Period
from lianfang.interfaces.after_action.readme import readme
from lianfang.interfaces.after_action.research import extracts
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within

_STILL: Final = (1980, 1, 1, 0, 0, 0)  # the time of every file in an archive: the same records give the same bytes


def pack_of(by: Actor, *, unit: Unit, since: date, until: date) -> dict[str, bytes]:
    """Name -> content of every file of the pack; that it was made is on record.

    Refused: `scope` without the duty, `date.order` for a period that ends before it begins, `font.missing` where no
    font has Chinese characters.
    """
    if not by.holds(PACKERS, unit):
        raise Refused("scope", "unit")
    if until < since:
        raise Refused("date.order", "to", earlier=since.isoformat())
    period = Period(unit, since, until)
    with within(EVERYTHING):  # counts and rows without identifiers leave, whoever asks
        made = dict(_files(period))
        record("pack.made", by=by, unit=unit, subject=unit, facts={"from": str(since), "to": str(until)})
    made["manifest.json"] = _manifest(period, made)
    return made


def _files(period: Period) -> Iterator[tuple[str, bytes]]:
    for language in LANGUAGES:
        report = files.report_of(period, language)
        yield f"report-{language}.pdf", files.as_paper(report)
        yield f"report-{language}.docx", files.as_document(report)
        yield f"workbook-{language}.xlsx", files.as_workbook(report)
    fewest = policy_of(period.unit, on=period.until).small_cell
    found = extracts(period, fewest=fewest)
    for one in found:
        yield f"research/{one.name}", one.content
    yield "README.md", readme(period, found, fewest=fewest).encode()


def _manifest(period: Period, made: Mapping[str, bytes]) -> bytes:
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(made.items())}
    whole = {"unit": period.unit.code, "from": str(period.since), "to": str(period.until), "sha256": listed}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def write_folder(made: Mapping[str, bytes], folder: Path) -> None:
    """Write the files under a folder, which is made when it is not there."""
    for name, content in made.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def write_archive(made: Mapping[str, bytes], target: Path | IO[bytes]) -> None:
    """Write the files into one ZIP file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(zipfile.ZipInfo(name, _STILL), content, zipfile.ZIP_DEFLATED)
