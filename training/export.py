"""A trained reader -> the graph that ships: operators that onnxruntime runs fast, weights of 8 or of 16 bits."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from training.network import HEADS, NOWHERE, WIDTH, Reader

_EPSILON = 1e-12
_OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]


def export(reader: Reader, target: Path, *, eight_bits: bool) -> None:
    """Write the graph; its inputs are named as `qa.reading.reader` feeds them."""
    model = _Graph(reader).model()
    if not eight_bits:
        onnx.save(_halved(model), target)
        return
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        onnx.save(model, whole)
        quantize_dynamic(
            whole,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Attention"],
            nodes_to_exclude=["span.product", "answers.product", "supports.product"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


class _Graph:
    """The network node by node."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def model(self) -> onnx.ModelProto:
        """The whole graph, checked."""
        x = self._embedded()
        for number, layer in enumerate(self._reader.layers):
            x = self._layer(f"l{number}", layer, x)
        self._heads(x)
        graph = helper.make_graph(self._nodes, "reader", _inputs(), _outputs(), self._weights)
        model = helper.make_model(graph, opset_imports=_OPSETS, ir_version=9)
        onnx.checker.check_model(model)
        return model

    def _embedded(self) -> str:
        reader = self._reader
        self._weight("positions", reader.positions.detach().numpy())
        self._weight("kinds", reader.types.detach().numpy())
        self._weight("one", np.array([1], dtype=np.int64))
        self._weight("zero", np.array([0], dtype=np.int64))
        self._add("Shape", ["words"], "size", start=1, end=2)
        self._add("Slice", ["positions", "zero", "size"], "placed")
        self._add("Gather", ["kinds", "types"], "kind", axis=0)
        self._add("Add", ["kind", "placed"], "around")
        self._add("Add", ["words", "around"], "met")
        return self._norm("norm", reader.norm, "met")

    def _layer(self, name: str, layer: nn.Module, x: str) -> str:
        self._weight(f"{name}.mixed.w", layer.mixed.weight.detach().numpy().T)
        self._weight(f"{name}.mixed.b", layer.mixed.bias.detach().numpy())
        heard = self._add(
            "Attention",
            [x, f"{name}.mixed.w", f"{name}.mixed.b", "mask"],
            f"{name}.heard",
            domain="com.microsoft",
            num_heads=HEADS,
        )
        attended = self._linear(f"{name}.attended", layer.attended, heard, bias=True)
        x = self._skip_norm(f"{name}.first", layer.first_norm, attended, x)
        inner = self._linear(f"{name}.inner", layer.inner, x, bias=False)
        self._weight(f"{name}.inner.b", layer.inner.bias.detach().numpy())
        grown = self._add("BiasGelu", [inner, f"{name}.inner.b"], f"{name}.grown", domain="com.microsoft")
        outer = self._linear(f"{name}.outer", layer.outer, grown, bias=True)
        return self._skip_norm(f"{name}.second", layer.second_norm, outer, x)

    def _heads(self, x: str) -> None:
        span = self._linear("span", self._reader.span, x, bias=True)
        self._add("Gather", [x, "zero_place"], "head", axis=1)
        self._weight("zero_place", np.array(0, dtype=np.int64))
        self._weight("nowhere", np.array(NOWHERE, dtype=np.float32))
        self._add("Cast", ["text"], "is_text", to=TensorProto.BOOL)
        self._weight("last", np.array([-1], dtype=np.int64))
        self._add("Unsqueeze", ["is_text", "last"], "is_text_each")
        self._add("Where", ["is_text_each", span, "nowhere"], "spans")
        answers = self._linear("answers", self._reader.answers, "head", bias=True)
        self._add("Squeeze", [answers, "last"], "answers")
        self._add("Identity", [self._linear("supports", self._reader.supports, "head", bias=True)], "supports")

    def _linear(self, name: str, linear: nn.Linear, x: str, *, bias: bool) -> str:
        self._weight(f"{name}.w", linear.weight.detach().numpy().T)
        out = self._add("MatMul", [x, f"{name}.w"], f"{name}.product")
        if not bias:
            return out
        self._weight(f"{name}.b", linear.bias.detach().numpy())
        return self._add("Add", [out, f"{name}.b"], f"{name}.sum")

    def _norm(self, name: str, norm: nn.LayerNorm, x: str) -> str:
        self._norm_weights(name, norm)
        return self._add("LayerNormalization", [x, f"{name}.w", f"{name}.b"], f"{name}.out", epsilon=_EPSILON, axis=-1)

    def _skip_norm(self, name: str, norm: nn.LayerNorm, x: str, skip: str) -> str:
        # Two plain operators: the fused one of onnxruntime takes three times as long.
        return self._norm(name, norm, self._add("Add", [x, skip], f"{name}.kept"))

    def _norm_weights(self, name: str, norm: nn.LayerNorm) -> None:
        self._weight(f"{name}.w", norm.weight.detach().numpy())
        self._weight(f"{name}.b", norm.bias.detach().numpy())

    def _weight(self, name: str, value: np.ndarray) -> None:
        self._weights.append(numpy_helper.from_array(value.copy(), name))

    def _add(self, operator: str, given: list[str], result: str, **attributes: Any) -> str:
        attributes.setdefault("name", result)
        self._nodes.append(helper.make_node(operator, given, [result], **attributes))
        return result


def _inputs() -> list[Any]:
    return [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["rows", "pieces", WIDTH]),
        helper.make_tensor_value_info("types", TensorProto.INT64, ["rows", "pieces"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["rows", "pieces"]),
        helper.make_tensor_value_info("text", TensorProto.INT32, ["rows", "pieces"]),
    ]


def _outputs() -> list[Any]:
    return [
        helper.make_tensor_value_info("spans", TensorProto.FLOAT, ["rows", "pieces", 2]),
        helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows"]),
        helper.make_tensor_value_info("supports", TensorProto.FLOAT, ["rows", 3]),
    ]


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with each large weight kept in sixteen bits, and widened when the graph is opened."""
    kept, widened = [], []
    for weight in model.graph.initializer:
        value = numpy_helper.to_array(weight)
        if value.dtype != np.float32 or value.size < WIDTH:
            kept.append(weight)
            continue
        kept.append(numpy_helper.from_array(value.astype(np.float16), f"{weight.name}.half"))
        cast = helper.make_node("Cast", [f"{weight.name}.half"], [weight.name], to=TensorProto.FLOAT)
        widened.append(cast)
    nodes = [*widened, *model.graph.node]
    graph = helper.make_graph(nodes, "reader", model.graph.input, model.graph.output, kept)
    return helper.make_model(graph, opset_imports=_OPSETS, ir_version=9)
