"""What loads artefacts in Python: one class a runtime, on one thread, each told by `open_artefact`.

Every runtime maps the set's inputs to its own by kind and rank (no workload has two inputs alike): exporters rename
and reorder inputs, and a caller would look them up in the artefact too.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

Given = Mapping[str, np.ndarray]


class Loaded(Protocol):
    """An artefact that answers."""

    def __call__(self, given: Given) -> np.ndarray:
        """Return the answer to one batch, on the host."""


def matched(given: Given, wanted: Sequence[tuple[str, np.dtype[Any], int | None]]) -> dict[str, np.ndarray]:
    """Return the arrays under the artefact's own names and dtypes. `wanted` holds name, dtype and rank (None if open).

    Raises ValueError where an input of the artefact has no array of its kind and rank.
    """
    left = dict(given)
    found = {}
    for name, dtype, rank in wanted:
        fits = [key for key, array in left.items() if array.dtype.kind == dtype.kind and rank in (None, array.ndim)]
        if not fits:
            raise ValueError(f"the artefact wants an input {name} ({dtype}, rank {rank}) that no input fits")
        chosen = next((key for key in fits if key in name), fits[0])
        found[name] = left.pop(chosen).astype(dtype, copy=False)
    return found


class OnnxRuntime:
    """ONNX Runtime's session on the CPU."""

    def __init__(self, path: Path) -> None:
        runtime: Any = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        kinds = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(int64)": np.int64}
        self._wanted = [(one.name, np.dtype(kinds[one.type]), len(one.shape)) for one in self._session.get_inputs()]

    def __call__(self, given: Given) -> np.ndarray:
        answer: np.ndarray = self._session.run(None, matched(given, self._wanted))[0]
        return answer


class LiteRt:
    """LiteRT's interpreter, its inputs resized to each batch."""

    def __init__(self, path: Path) -> None:
        interpreter: Any = importlib.import_module("ai_edge_litert.interpreter")
        self._interpreter = interpreter.Interpreter(model_path=str(path), num_threads=1)
        self._details = {one["name"]: one for one in self._interpreter.get_input_details()}
        self._wanted = [(one["name"], np.dtype(one["dtype"]), len(one["shape"])) for one in self._details.values()]
        self._shapes: dict[str, tuple[int, ...]] = {}

    def __call__(self, given: Given) -> np.ndarray:
        arrays = matched(given, self._wanted)
        shapes = {name: array.shape for name, array in arrays.items()}
        if shapes != self._shapes:
            self._shapes = {}
            for name, shape in shapes.items():
                self._interpreter.resize_tensor_input(self._details[name]["index"], shape, strict=True)
            self._interpreter.allocate_tensors()
            self._shapes = shapes
        for name, array in arrays.items():
            self._interpreter.set_tensor(self._details[name]["index"], array)
        self._interpreter.invoke()
        answer: np.ndarray = self._interpreter.get_tensor(self._interpreter.get_output_details()[0]["index"])
        return answer


class OpenVino:
    """OpenVINO's runtime, compiled for the CPU in float32."""

    def __init__(self, path: Path) -> None:
        openvino: Any = importlib.import_module("openvino")
        core = openvino.Core()
        options = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        self._compiled = core.compile_model(core.read_model(str(path)), "CPU", options)
        self._wanted = [
            (str(number), one.element_type.to_dtype(), _rank(one.partial_shape))
            for number, one in enumerate(self._compiled.inputs)
        ]

    def __call__(self, given: Given) -> np.ndarray:
        arrays = matched(given, self._wanted)
        results = self._compiled({int(name): array for name, array in arrays.items()})
        answer: np.ndarray = results[0].copy()
        return answer


def _rank(shape: Any) -> int | None:
    return len(shape) if shape.rank.is_static else None


class TensorFlow:
    """A SavedModel's serving signature, by TensorFlow."""

    def __init__(self, path: Path) -> None:
        self._tf: Any = importlib.import_module("tensorflow")
        self._tf.config.threading.set_intra_op_parallelism_threads(1)
        self._tf.config.threading.set_inter_op_parallelism_threads(1)
        # The function lives as long as the object it was read from.
        self._loaded = self._tf.saved_model.load(str(path))
        self._function = self._loaded.signatures["serving_default"]
        specs = self._function.structured_input_signature[1]
        self._wanted = [(name, np.dtype(spec.dtype.as_numpy_dtype), spec.shape.rank) for name, spec in specs.items()]

    def __call__(self, given: Given) -> np.ndarray:
        arrays = matched(given, self._wanted)
        results = self._function(**{name: self._tf.constant(array) for name, array in arrays.items()})
        answer: np.ndarray = next(iter(results.values())).numpy()
        return answer


class Torch:
    """PyTorch's own loaders: an exported program, a TorchScript archive, a package compiled ahead of time."""

    def __init__(self, path: Path, form: str) -> None:
        self._torch: Any = importlib.import_module("torch")
        self._torch.set_num_threads(1)
        loaders: dict[str, Callable[[str], Any]] = {
            "torch-export": lambda name: self._torch.export.load(name).module(),
            "torchscript-trace": self._torch.jit.load,
            "torchscript-script": self._torch.jit.load,
            "aot-package": lambda name: self._torch._inductor.aoti_load_package(name),
        }
        self._module = loaders[form](str(path))

    def __call__(self, given: Given) -> np.ndarray:
        tensors = {name: self._torch.from_numpy(array) for name, array in given.items()}
        with self._torch.inference_mode():
            output = self._module(tensors.get("x", tensors))
        answer: np.ndarray = output.numpy()
        return answer


class Jax:
    """jax.export's own loader."""

    def __init__(self, path: Path) -> None:
        jax: Any = importlib.import_module("jax")
        importlib.import_module("jax.export")
        self._call = jax.jit(jax.export.deserialize(bytearray(path.read_bytes())).call)

    def __call__(self, given: Given) -> np.ndarray:
        return np.asarray(self._call(*given.values()))


_LIBRARIES = {"onnxruntime": "onnxruntime", "litert": "ai_edge_litert", "openvino": "openvino"}
_LIBRARIES |= {name: name for name in ("tensorflow", "torch", "jax")}


# What PyTorch imports of itself when it first loads such an artefact: seconds of importing, not of loading.
_LOADERS: Mapping[str, Sequence[str]] = {
    "torch-export": ("torch.export", "torch._export.serde.serialize", "torch.export.pt2_archive._package"),
    "aot-package": ("torch._inductor.package", "torch._inductor.codecache"),
}


# What imports in a tenth of a second, and starts threads then: a process that did cannot be copied.
LIGHT = ("onnxruntime", "litert", "openvino")


def prepare(runtime: str, form: str) -> None:
    """Import what loads an artefact. Raises ImportError where the runtime itself is missing."""
    importlib.import_module(_LIBRARIES[runtime])
    for name in _LOADERS.get(form, ()) if runtime == "torch" else ():
        # Inner modules move between versions; then they are imported while it loads.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def version(runtime: str) -> str:
    """Return the version of a runtime's distribution."""
    return importlib.metadata.version(_LIBRARIES[runtime].replace("_", "-"))


def open_artefact(runtime: str, form: str, path: Path) -> Loaded:
    """Return the artefact, loaded. Whatever the runtime refuses it with passes through."""
    if runtime == "torch":
        return Torch(path, form)
    kinds: dict[str, Callable[[Path], Loaded]] = {
        "onnxruntime": OnnxRuntime,
        "litert": LiteRt,
        "openvino": OpenVino,
        "tensorflow": TensorFlow,
        "jax": Jax,
    }
    return kinds[runtime](path)
