"""Detection of unusual counts (异常探测): charts, bounds, rules on windows, and what each setting will cost.

Every method takes one series or many (series in rows, time along the last axis) and answers in the same shape.
"""

from lianfang.domain.analysis.detect.bayes import Bound, bayes
from lianfang.domain.analysis.detect.cusum import Cusum, cusum, cusum_daily, transformed
from lianfang.domain.analysis.detect.daily import daily
from lianfang.domain.analysis.detect.design import KH, cusum_arl, ewma_arl, ewma_limit, find_kh
from lianfang.domain.analysis.detect.ears import Ears, ears
from lianfang.domain.analysis.detect.ewma import Ewma, ewma
from lianfang.domain.analysis.detect.expected import (
    FalseAlarms,
    Group,
    Simulated,
    benjamini_hochberg,
    expected_false_alarms,
    nominal_false_alarms,
    rule_false_alarms,
    simulated_false_alarms,
    tail_probability,
)
from lianfang.domain.analysis.detect.farrington import Detection, farrington, farrington_original
from lianfang.domain.analysis.detect.glr import Glr, glr
from lianfang.domain.analysis.detect.judging import Quality, quality
from lianfang.domain.analysis.detect.outbreakp import OutbreakP, outbreakp
from lianfang.domain.analysis.detect.rki import rki
from lianfang.domain.analysis.detect.rules import Reached, Reports, Rule, reached, reports_of, rules_of

__all__ = [
    "KH",
    "Bound",
    "Cusum",
    "Detection",
    "Ears",
    "Ewma",
    "FalseAlarms",
    "Glr",
    "Group",
    "OutbreakP",
    "Quality",
    "Reached",
    "Reports",
    "Rule",
    "Simulated",
    "bayes",
    "benjamini_hochberg",
    "cusum",
    "cusum_arl",
    "cusum_daily",
    "daily",
    "ears",
    "ewma",
    "ewma_arl",
    "ewma_limit",
    "expected_false_alarms",
    "farrington",
    "farrington_original",
    "find_kh",
    "glr",
    "nominal_false_alarms",
    "outbreakp",
    "quality",
    "reached",
    "reports_of",
    "rki",
    "rule_false_alarms",
    "rules_of",
    "simulated_false_alarms",
    "tail_probability",
    "transformed",
]
