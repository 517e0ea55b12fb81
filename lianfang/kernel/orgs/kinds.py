"""Kinds of unit (单位类别), from a class to a province, in the order of the tree."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = [
    ("province", _("province")),
    ("prefecture", _("prefecture")),
    ("city", _("city")),
    ("county", _("county")),
    ("sector", _("sector office")),
    ("institute", _("institute")),
    ("university", _("university")),
    ("school", _("school")),
    ("kindergarten", _("kindergarten")),
    ("division", _("division")),
    ("class", _("class")),
    ("group", _("group")),
    ("site", _("observation site")),
    ("team", _("temporary team")),
]
OFFICES = frozenset({"province", "prefecture", "city", "county", "sector"})
"""Kinds that are offices over institutions: they see counts, not people."""
