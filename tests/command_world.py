"""What tests of command share (指挥体系测试共用)."""

from __future__ import annotations

import pytest

from lianfang.domain.refusals import Refused


def refusal(call, *args, **given):
    with pytest.raises(Refused) as refused:
        call(*args, **given)
    return refused.value.code
