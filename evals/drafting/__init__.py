"""A corpus, or rated answers -> drafted questions with answers and evidence, for people to edit into a question set."""

from __future__ import annotations

from evals.drafting.choosing import Drafted, draft_set
from evals.drafting.rated import draft_rated

__all__ = ["Drafted", "draft_rated", "draft_set"]
