"""Who came and who left beside how many are there (来去与在站人数互补隐藏): those there yesterday, and who came,
are those there today and who left. Source: ADR 0017; as `small_sums`, over days.
"""

from __future__ import annotations

from collections.abc import Sequence

from lianfang.domain.small import Small, room


def flows_bound(there: Sequence[Small], flows: Sequence[int], fewest: int) -> int:
    """Below what number all flows of a day are said to be; 0 where each may be shown as it is.

    `there` are those counted at the end of the day before and of the day, as they are shown; `flows` who came, and who
    left in one way or another. Where one of all these is hidden the flows are, zero as well, or they would tell it: of
    sixteen after fourteen nobody left, so two came. The bound leaves more than `fewest` possibilities.
    """
    few = any(0 < count < fewest for count in flows) or any(one.suppressed for one in there)
    return room(max(flows), fewest) if fewest and few else 0


def in_whole(count: int, fewest: int) -> int:
    """So many at least, in steps of `fewest`: a whole that grows day by day does not tell by how much."""
    return count // fewest * fewest if fewest else count
