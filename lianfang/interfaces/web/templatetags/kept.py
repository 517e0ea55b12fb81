"""Parts of a page that are written once (页面常驻部分): the frame around the figures hardly ever changes, they do.

`{% kept "nav" shell.nav|links %}…{% endkept %}` writes its content once a language and a set of values, by each
process. What its content shows must be text of the templates or one of the values; never a token, a time or a `block`.
"""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
MOST_KEPT: Final = 2_000  # fragments of one process; a menu is a few kilobytes
_kept: Final[dict[tuple[Any, ...], SafeString]] = {}


class KeptNode(template.Node):
    """The content of the tag, or what it was for the same values."""

    def __init__(self, content: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist, self.values = content, values

    def render(self, context: template.Context) -> SafeString:
        """As written the first time."""
        if settings.DEBUG:
            return self.nodelist.render(context)
        values = (value.resolve(context) for value in self.values)
        key = (id(self), get_language(), bool(context.get("inline_icons")), *values)
        found = _kept.get(key)
        if found is None:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            found = _kept[key] = self.nodelist.render(context)
        return found


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """See the head of this file; the first word only names the part."""
    _tag, _name, *values = token.split_contents()
    content = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(content, [parser.compile_filter(value) for value in values])


@register.filter
def links(menu: Any) -> tuple[Any, ...]:
    """A menu as something to keep a part by."""
    return tuple((group["title"], *(tuple(link.values()) for link in group["links"])) for group in menu or ())


@register.filter
def pairs(keys: Any) -> tuple[tuple[str, str], ...]:
    """The keys of a page as something to keep a part by; nothing for a page that has none."""
    return tuple((one["key"], one["does"]) for one in keys or ())
