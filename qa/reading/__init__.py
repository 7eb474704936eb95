"""The reader: a small model that reads a question and a text, and tells where the answer stands, and whether at all.

inputs: question and window -> word pieces · word_vectors: pieces -> numbers, from the packaged model
reader: the graph at work · entailment: a model of the user's choice for claims
card.md: how it was trained, on what, and how well it does
"""

from __future__ import annotations

from qa.reading.entailment import load_entailment
from qa.reading.inputs import Window
from qa.reading.reader import Reader, Reading, load_reader

__all__ = ["Reader", "Reading", "Window", "load_entailment", "load_reader"]
