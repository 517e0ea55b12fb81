"""What may be done in two-way verification (双向校核动作), gathered: agreements, lists, runs, differences."""

from lianfang.capabilities.verification.agreements import (
    BOTH_SIDES,
    DATA_OFFICERS,
    end_agreement,
    make_agreement,
    side_of,
)
from lianfang.capabilities.verification.decisions import (
    answer_difference,
    reopen_difference,
    reveal_case,
    revealed,
    undo_answer,
)
from lianfang.capabilities.verification.lists import Table, quarantine_list, receive_list, take_list
from lianfang.capabilities.verification.runs import agreement_rate, carry_out, compare_lists, sign_off
from lianfang.capabilities.verification.totals import drill_down, items_under
from lianfang.capabilities.verification.verdicts import FITTING

__all__ = [
    "BOTH_SIDES",
    "DATA_OFFICERS",
    "FITTING",
    "Table",
    "agreement_rate",
    "answer_difference",
    "carry_out",
    "compare_lists",
    "drill_down",
    "end_agreement",
    "items_under",
    "make_agreement",
    "quarantine_list",
    "receive_list",
    "reopen_difference",
    "reveal_case",
    "revealed",
    "side_of",
    "sign_off",
    "take_list",
    "undo_answer",
]
