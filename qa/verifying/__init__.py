"""Is each statement of an answer told by an article? Checks of our own, on words and their order, by no model's word.

checker: sentences of an answer against its passages · verification: the sentences that hold a claim, and the verdict
faults: quotations, numbers, dates, names to the letter · told_otherwise, denial: turned round, denied
slots: the number, owner or place beside a word · certainty: who says so, and how surely · support: how closely
alignment: words, verbs, clauses, who does what
"""
