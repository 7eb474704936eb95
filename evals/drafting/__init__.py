"""A corpus -> drafted questions with answers and evidence, for people to edit into a question set."""

from __future__ import annotations

from evals.drafting.choosing import Drafted, draft_set

__all__ = ["Drafted", "draft_set"]
