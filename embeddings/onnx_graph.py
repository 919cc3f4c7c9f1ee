"""Write the shipped encoder down as an ONNX graph: tokens of one text in, its unit vector out.

The graph is laid out here, operator by operator, from the weights alone: PyTorch is not needed, and the same weights
give the same bytes. It is the network of BERT (Devlin et al., 2019) with the mean over all tokens and unit length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, NDArray[np.float32]]

#: Whole numbers from -63 to 63 stand for a weight. With 127, two products of a byte and a weight could pass 16 bits on
#: processors that add them up in pairs, and would be cut off there: other machines, other vectors.
WEIGHT_STEPS: Final = 63
#: Whole numbers from -127 to 127 stand for what comes in, kept as bytes around this middle.
INPUT_STEPS, _MIDDLE = 127, 128
_OPERATORS, _FILE_FORMAT = 20, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The numbers that the weights do not tell."""

    heads: int
    longest: int
    """Most tokens of a text."""
    epsilon: float
    """Added to a variance before its root is taken."""


def graph_of(weights: Weights, shape: Shape, *, in_whole_numbers: bool) -> bytes:
    """Return the graph as a file's content; its input is `tokens` (int64), its output `vector` (float32).

    In whole numbers, matrix products of weights are products of 8-bit numbers: one scale for each column of the
    weights, and one, found on the way, for each token.
    """
    graph = _Graph(weights=weights, shape=shape, in_whole_numbers=in_whole_numbers)
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
    states = graph.words()
    for layer in range(layers):
        states = graph.layer(states, f"encoder.layer.{layer}")
    return graph.content(graph.mean_of_unit_length(states), dimension=weights["embeddings.LayerNorm.bias"].shape[0])


@dataclass(slots=True, kw_only=True)
class _Graph:
    """A graph that grows by one operator at a time; what an operator gives has a number for a name."""

    weights: Weights
    shape: Shape
    in_whole_numbers: bool
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)

    def words(self) -> str:
        """Return the states before the first layer: what each token is, and its place."""
        place = self.weights["embeddings.position_embeddings.weight"][: self.shape.longest]
        # There is only ever one text, so its kind is the same for every place.
        table = self._constant("places", place + self.weights["embeddings.token_type_embeddings.weight"][0])
        words = self._constant("words", self.weights["embeddings.word_embeddings.weight"])
        places = self._one("Slice", table, self._whole("zero", [0]), self._one("Shape", "tokens"))
        return self._normed(self._one("Add", self._one("Gather", words, "tokens"), places), "embeddings.LayerNorm")

    def layer(self, states: str, name: str) -> str:
        """Return the states after a layer: tokens look at each other, then each is worked on alone."""
        seen = self._product(self._attended(states, f"{name}.attention.self"), f"{name}.attention.output.dense")
        states = self._normed(self._one("Add", seen, states), f"{name}.attention.output.LayerNorm")
        wide = self._one("Gelu", self._product(states, f"{name}.intermediate.dense"))
        return self._normed(
            self._one("Add", self._product(wide, f"{name}.output.dense"), states), f"{name}.output.LayerNorm"
        )

    def mean_of_unit_length(self, states: str) -> str:
        """Return the vector of the text."""
        rows = self._whole("zero", [0])
        mean = self._one("ReduceMean", states, rows, keepdims=0)
        return self._one("Div", mean, self._one("ReduceL2", mean, rows, keepdims=1))

    def content(self, vector: str, *, dimension: int) -> bytes:
        """Return the finished graph as a file's content."""
        self.nodes.append(helper.make_node("Identity", [vector], ["vector"]))
        graph = helper.make_graph(
            self.nodes,
            "encoder",
            [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["length"])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [dimension])],
            list(self.constants.values()),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPERATORS)], ir_version=_FILE_FORMAT)
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))

    def _attended(self, states: str, name: str) -> str:
        width = self.weights[f"{name}.query.bias"].shape[0]
        each = width // self.shape.heads
        # The products of queries and keys are divided by the root of a head's width: here, in the queries' weights.
        less = np.float32(1 / np.sqrt(each))
        parts = [(part, less if part == "query" else np.float32(1)) for part in ("query", "key", "value")]
        weight = np.concatenate([self.weights[f"{name}.{part}.weight"] * by for part, by in parts])
        bias = np.concatenate([self.weights[f"{name}.{part}.bias"] * by for part, by in parts])
        together = self._product_with(states, weight.T, bias, name)
        split = self._many("Split", together, self._whole("thirds", [width] * 3), outputs=3, axis=-1)
        heads = self._whole("heads", [0, self.shape.heads, each])
        query, key, value = (
            self._one("Transpose", self._one("Reshape", part, heads), perm=order)
            for part, order in zip(split, ([1, 0, 2], [1, 2, 0], [1, 0, 2]), strict=True)
        )
        share = self._one("Softmax", self._one("MatMul", query, key), axis=-1)
        seen = self._one("Transpose", self._one("MatMul", share, value), perm=[1, 0, 2])
        return self._one("Reshape", seen, self._whole("flat", [0, width]))

    def _normed(self, states: str, name: str) -> str:
        gain = self._constant(f"{name}.weight", self.weights[f"{name}.weight"])
        bias = self._constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self._one("LayerNormalization", states, gain, bias, axis=-1, epsilon=self.shape.epsilon)

    def _product(self, states: str, name: str) -> str:
        return self._product_with(states, self.weights[f"{name}.weight"].T, self.weights[f"{name}.bias"], name)

    def _product_with(self, states: str, weight: NDArray[np.float32], bias: NDArray[np.float32], name: str) -> str:
        multiply = self._whole_product if self.in_whole_numbers else self._plain_product
        return self._one("Add", multiply(states, weight, name), self._constant(f"{name}.bias", bias))

    def _plain_product(self, states: str, weight: NDArray[np.float32], name: str) -> str:
        return self._one("MatMul", states, self._constant(f"{name}.weight", weight))

    def _whole_product(self, states: str, weight: NDArray[np.float32], name: str) -> str:
        scale = (np.abs(weight).max(axis=0) / WEIGHT_STEPS).astype(np.float32)
        whole = np.rint(weight / np.where(scale > 0, scale, 1)).astype(np.int8)
        columns = self._whole("one", [1])
        largest = self._one("ReduceMax", self._one("Abs", states), columns, keepdims=1)
        step = self._one("Mul", largest, self._constant("step", np.float32(1 / INPUT_STEPS)))
        middles = self._constant("middles", np.full(self.shape.longest, _MIDDLE, dtype=np.uint8))
        middle = self._one("Slice", middles, self._whole("zero", [0]), self._one("Shape", "tokens"))
        in_bytes = self._one("QuantizeLinear", states, self._one("Squeeze", step, columns), middle, axis=0)
        product = self._one(
            "MatMulInteger",
            in_bytes,
            self._constant(f"{name}.whole", whole),
            self._constant("middle", np.uint8(_MIDDLE)),
        )
        real = self._one("Mul", self._one("Cast", product, to=TensorProto.FLOAT), step)
        return self._one("Mul", real, self._constant(f"{name}.scale", scale))

    def _whole(self, name: str, values: list[int]) -> str:
        return self._constant(name, np.array(values, dtype=np.int64))

    def _constant(self, name: str, value: Any) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def _one(self, operator: str, *inputs: str, **attributes: Any) -> str:
        return self._many(operator, *inputs, outputs=1, **attributes)[0]

    def _many(self, operator: str, *inputs: str, outputs: int, **attributes: Any) -> list[str]:
        names = [f"{len(self.nodes)}.{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names
