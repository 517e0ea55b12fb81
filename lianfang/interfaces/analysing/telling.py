"""What a newcomer needs to call a method (方法帮助): what it does, its columns, its settings, and an example."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lianfang.interfaces.analysing.columns import told
from lianfang.interfaces.analysing.methods import Method, settings_shown
from lianfang.interfaces.analysing.settings import meaning_of


def about(method: Method) -> Iterator[str]:
    """The lines of a method's help."""
    yield f"{method.name}: {method.does}"
    yield _("reads: %(columns)s") % {"columns": method.reads}
    for names, holds, optional in told(method.name):
        yield f"  {names}: {holds}" + (_(" (may be left out)") if optional else "")
    shown = settings_shown(method)
    yield _("settings (in --params):") if shown else _("settings: none")
    for name, line in zip(method.params.__struct_fields__, shown, strict=True):
        yield f"  {line}"
        yield f"      {meaning_of(method.name, name)}{_spelt(method, name)}"
    if method.example:
        yield _("example: %(example)s") % {"example": method.example}


def _spelt(method: Method, name: str) -> str:
    """The other spellings of a setting, as in the software they come from."""
    others = [other for other, own in method.spellings.items() if own == name]
    return _(" (also spelt %(names)s)") % {"names": ", ".join(others)} if others else ""
