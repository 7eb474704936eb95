"""MiniLM with heads for spans, answerability and support; the word vectors stay as they were.

Only what is learned ships, half of the model: the word vectors are read from the packaged weights at run time.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, LAYERS, INNER = 384, 12, 6, 1536
NOWHERE = -1e4


class Reading(NamedTuple):
    """What is read in each row: logits, float32."""

    starts: Tensor
    """(rows, pieces); of piece 0: nothing here answers. `NOWHERE` outside the text."""
    stops: Tensor
    answers: Tensor
    """(rows,)"""
    supports: Tensor
    """(rows, 3): refutes, neutral, supports."""


class Layer(nn.Module):  # type: ignore[misc]
    """A transformer layer as BERT has it; source: Devlin et al. 2019."""

    def __init__(self) -> None:
        super().__init__()
        self.mixed = nn.Linear(WIDTH, 3 * WIDTH)
        self.attended = nn.Linear(WIDTH, WIDTH)
        self.first_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.second_norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x`: (rows, pieces, WIDTH); `mask`: (rows, 1, 1, pieces), added to the attention."""
        rows, pieces, _ = x.shape
        size = (rows, pieces, HEADS, WIDTH // HEADS)
        query, key, value = (part.reshape(size).transpose(1, 2) for part in self.mixed(x).split(WIDTH, dim=-1))
        weights = ((query @ key.transpose(-1, -2)) * (1 / math.sqrt(WIDTH // HEADS)) + mask).softmax(-1)
        heard = (weights @ value).transpose(1, 2).reshape(rows, pieces, WIDTH)
        x = self.first_norm(x + self.attended(heard))
        return self.second_norm(x + self.outer(functional.gelu(self.inner(x))))


class Reader(nn.Module):  # type: ignore[misc]
    """Reads rows of word pieces; see `qa.reading.inputs.Row`."""

    def __init__(self) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.zeros(512, WIDTH))
        self.types = nn.Parameter(torch.zeros(2, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.span = nn.Linear(WIDTH, 2)
        self.answers = nn.Linear(WIDTH, 1)
        self.supports = nn.Linear(WIDTH, 3)

    def forward(self, words: Tensor, types: Tensor, lengths: Tensor, firsts: Tensor) -> Reading:
        """`words`: (rows, pieces, WIDTH); `types`: (rows, pieces); a row's text begins at its `firsts`."""
        pieces = words.shape[1]
        places = torch.arange(pieces, device=words.device)[None]
        kinds = torch.where(types[..., None] > 0, self.types[1], self.types[0])
        x = self.norm(words + self.positions[:pieces] + kinds)
        mask = torch.where(places < lengths[:, None], 0.0, NOWHERE)[:, None, None]
        for layer in self.layers:
            x = layer(x, mask.to(x.dtype))
        head = x[:, 0]
        span = self.span(x).float()
        text = ((places >= firsts[:, None]) & (places < lengths[:, None] - 1)) | (places == 0)
        span = torch.where(text[..., None], span, NOWHERE)
        return Reading(span[..., 0], span[..., 1], self.answers(head)[:, 0].float(), self.supports(head).float())


def packaged_reader(weights: Path) -> tuple[Reader, Tensor]:
    """A reader that starts from the packaged MiniLM, and its word vectors (pieces known, WIDTH)."""
    held = load_file(weights)
    reader = Reader()
    state = reader.state_dict()
    state["positions"] = held["embeddings.position_embeddings.weight"]
    state["types"] = held["embeddings.token_type_embeddings.weight"]
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = held[f"embeddings.LayerNorm.{part}"]
        for layer in range(LAYERS):
            _copy_layer(state, held, layer, part)
    reader.load_state_dict(state)
    return reader, held["embeddings.word_embeddings.weight"]


def _copy_layer(state: dict[str, Tensor], held: dict[str, Tensor], layer: int, part: str) -> None:
    old, new = f"encoder.layer.{layer}", f"layers.{layer}"
    mixed = [held[f"{old}.attention.self.{name}.{part}"] for name in ("query", "key", "value")]
    state[f"{new}.mixed.{part}"] = torch.cat(mixed)
    for name, theirs in {
        "attended": "attention.output.dense",
        "first_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "second_norm": "output.LayerNorm",
    }.items():
        state[f"{new}.{name}.{part}"] = held[f"{old}.{theirs}.{part}"]
