"""What a code says to a person (提示语), in their language; codes and facts come from the domain."""

from __future__ import annotations

from lianfang.domain.refusals import Problem


def sentence(problem: Problem) -> str:
    """One plain sentence for one problem."""
    return problem.code


def note_sentence(note: object) -> str:
    """One plain sentence for one note."""
    return getattr(note, "code", "")
