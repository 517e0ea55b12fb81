"""The report of a case on its page (病例上报): due by when, or to whom and when it went."""

from __future__ import annotations

from typing import Any

from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.cases.reporting import report_of
from lianfang.interfaces.web.views.states import NEAR_MINUTES
from lianfang.kernel import clock


def reporting(case: Case, *, may: bool) -> dict[str, Any] | None:
    """What the page shows of the report; None where the definition asks for none."""
    task = report_of(case)
    if task is None:
        return None
    late = task.due_at is not None and task.due_at < (task.settled_at or clock.now())
    return {
        "text": str(task), "due": task.due_at, "at": task.settled_at, "by": task.settled_by, "to": task.note,
        "late": late, "near": NEAR_MINUTES, "may": may and task.settled_at is None and case.state == "open",
    }  # fmt: skip
