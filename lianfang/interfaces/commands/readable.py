"""A file named on the command line that cannot be read (读取失败): one sentence, whatever the system calls it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from lianfang.interfaces.server.trouble import CannotRun


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Inside the block the file is read. Raises CannotRun when it is not there, is a folder, or is not ours to read."""
    try:
        yield
    except FileNotFoundError:
        raise CannotRun(_("There is no file %(file)s.") % {"file": path}) from None
    except IsADirectoryError:
        raise CannotRun(_("%(file)s is a folder, not a file.") % {"file": path}) from None
    except OSError as failure:
        facts = {"file": path, "reason": failure.strerror or type(failure).__name__}
        raise CannotRun(_("%(file)s cannot be read: %(reason)s.") % facts) from failure
