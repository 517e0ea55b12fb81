"""The worker makes the packs that were asked for (后台生成资料包), one a pass; one that fails says so."""

from __future__ import annotations

import io
import logging

from django.db import InterfaceError, OperationalError, transaction

from lianfang.capabilities.briefings.models import Pack
from lianfang.capabilities.briefings.packs import give_up, keep_file, oldest_waiting
from lianfang.domain.refusals import Refused
from lianfang.interfaces.after_action.pack import pack_of, write_archive
from lianfang.kernel.accounts.actor import SYSTEM

_log = logging.getLogger(__name__)


def make_one() -> int:
    """Make the pack that has waited longest; how many were made or given up."""
    pack = oldest_waiting()
    if pack is None:
        return 0
    try:
        with transaction.atomic():
            _make(pack)
    except Refused as refused:
        give_up(pack, refused.code)
    except (OperationalError, InterfaceError):
        raise
    except Exception as failure:  # the others wait behind it, and whoever asked may ask again
        _log.error("a pack could not be made: %s", type(failure).__name__)
        give_up(pack, "pack.failed")
    return 1


def _make(pack: Pack) -> None:
    made = pack_of(SYSTEM, unit=pack.unit, since=pack.since, until=pack.until)
    content = io.BytesIO()
    write_archive(made, content)
    keep_file(pack, content.getvalue(), files=len(made))
