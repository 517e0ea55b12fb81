"""A parameter is called what it is where it stands (参数名称): the same short name in two deeds has two labels."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from lianfang.interfaces.titles import fact_words
from lianfang.interfaces.wording import field_label
from lianfang.kernel.actions import registry
from lianfang.kernel.fields import fields_of


@pytest.mark.parametrize(
    ("kind", "label"),
    [("detection.proposed", "Looks at each"), ("recall.exempted", "Risk level"), ("recall.named", "Risk level")],
)
def test_a_level_is_a_risk_level_only_where_risk_is_spoken_of(kind: str, label: str):
    with override("en"):
        (level,) = [one for one in fields_of(registry[kind]) if one.name == "level"]
        assert str(level.label) == label


def test_a_history_calls_a_level_what_it_was():
    with override("en"):
        assert fact_words({"level": "class"}, "detection.proposed") == "Looks at each: class"
        assert fact_words({"level": "high"}, "recall.exempted") == "Risk level: high"
        assert fact_words({"level": "2"}, "task.overdue") == "Which reminder: 2"
        assert field_label("level") == "Level"
