"""The words of cases and contacts (病例、密接用语): classes, kinds of exposure, decisions, and their flows."""

from __future__ import annotations

from typing import Final

from lianfang.domain.flow import Flow, Move
from lianfang.domain.parsing.choices import Choice, Choices

SUSPECTED, PROBABLE, CONFIRMED = "suspected", "probable", "confirmed"
ASYMPTOMATIC, DISCARDED = "asymptomatic", "discarded"
CLASSES: Final = Choices(
    Choice(SUSPECTED, "疑似病例", "Suspected case"),
    Choice(PROBABLE, "临床诊断病例", "Probable case"),
    Choice(CONFIRMED, "确诊病例", "Confirmed case"),
    Choice(ASYMPTOMATIC, "无症状感染者", "Asymptomatic infection"),
    Choice(DISCARDED, "排除", "Discarded"),
)
"""What a case is. Discarded: looked into, and no case."""

EXPOSURES: Final = Choices(
    Choice("household", "同宿舍或同住", "Shared a bedroom or home"),
    Choice("care", "照护", "Gave or received care"),
    Choice("group", "同组", "Same group"),
    Choice("table", "同桌", "Same table"),
    Choice("neighbour", "邻座", "Neighbouring seat"),
    Choice("vehicle", "同乘", "Same vehicle"),
    Choice("classroom", "同教室", "Same classroom"),
    Choice("sitting", "同一餐次", "Same sitting"),
    Choice("venue", "同场所", "Same venue at the time"),
    Choice("other", "其他接触", "Other exposure"),
)
"""How two people met, by the nine heads of close contact (rules 3.1); "other" is told in words."""

CLOSE, GENERAL, SECOND = "close", "general", "secondary"
GRADES: Final = Choices(
    Choice(CLOSE, "密切接触者", "Close contact"),
    Choice(GENERAL, "一般接触者", "General contact"),
    Choice(SECOND, "密接的密接", "Contact of a contact"),
)

TESTS: Final = Choices(
    Choice("laboratory", "实验室检测", "Laboratory test"),
    Choice("rapid", "快速检测", "Rapid test"),
    Choice("clinical", "临床诊断", "Clinical diagnosis"),
)
RESULTS: Final = Choices(
    Choice("positive", "阳性", "Positive"),
    Choice("negative", "阴性", "Negative"),
    Choice("pending", "待出结果", "Not yet known"),
)

KEEP, ADVISE, DISMISS = "keep", "advise", "dismiss"
PROPOSED, FOLLOWED, ADVISED, DISMISSED = "proposed", "under_follow_up", "advised", "dismissed"
RELEASED, BECAME_CASE = "released", "became_case"

CONTACTS: Final = Flow(
    PROPOSED,
    (
        Move(KEEP, (PROPOSED, ADVISED, DISMISSED), FOLLOWED),
        Move(ADVISE, (PROPOSED, DISMISSED), ADVISED),
        Move(DISMISS, (PROPOSED, ADVISED), DISMISSED),
        Move("release", (FOLLOWED,), RELEASED),
        Move("became_case", (PROPOSED, FOLLOWED, ADVISED, DISMISSED, RELEASED), BECAME_CASE),
    ),
)
"""Who was proposed is kept, advised or dismissed by a decision; who is kept is followed up until released or a case."""

CASES: Final = Flow("open", (Move("close", ("open",), "closed"), Move("reopen", ("closed",), "open")))
