"""What is exported to what, and what loads it: the table of the matrix, fixed before anything is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# What a process may hold that would make "without the training framework" false.
FRAMEWORKS = ("keras", "torch", "tensorflow", "jax")


@dataclass(frozen=True)
class Runtime:
    """What loads an artefact: from which environment, in which language, and which framework it is a part of.

    `needs` is the distribution without which the process has nothing to load the artefact with, "" if it stands alone.
    """

    name: str
    environment: str
    language: str
    needs: str = ""


RUNTIMES: Mapping[str, Runtime] = {
    runtime.name: runtime
    for runtime in (
        Runtime("onnxruntime", "serve-onnxruntime", "python"),
        Runtime("litert", "serve-litert", "python"),
        Runtime("openvino", "serve-openvino", "python"),
        Runtime("tensorflow", "tensorflow", "python", "tensorflow"),
        Runtime("torch", "torch", "python", "torch"),
        # Beside JAX, its loader asks for flatbuffers.
        Runtime("jax", "serve-jax", "python", "jax"),
        # OpenVINO's C++ library reads its own format, ONNX, SavedModel and LiteRT files alike.
        Runtime("openvino-c++", "serve-openvino", "c++"),
        Runtime("torch-c++", "torch", "c++", "torch"),
        Runtime("tensorflow-c++", "tensorflow", "c++", "tensorflow"),
        Runtime("iree-c++", "serve-iree", "c++"),
    )
}


@dataclass(frozen=True)
class Format:
    """One column of the matrix for one stack. The first runtime is the usual one; the load test is put to it.

    `without_python` says, where no runtime here is of C++, what stands in the way.
    """

    name: str
    exporter: str
    runtimes: tuple[str, ...]
    without_python: str = ""


@dataclass(frozen=True)
class Way:
    """One row's stack: a framework in an environment that has what its exporters ask for.

    `preload` are modules that several of its exporters import and that take seconds.
    """

    stack: str
    framework: str
    backend: str
    environment: str
    module: str
    formats: tuple[Format, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    preload: tuple[str, ...] = ()


_EXPORTED_PROGRAM = "an ExportedProgram is run by Python's torch.export.load; it must be compiled ahead of time first"
_ONNX = ("onnxruntime", "openvino-c++")
_SAVED_MODEL = ("tensorflow", "openvino", "tensorflow-c++")


def _keras_call(word: str) -> str:
    return f'model.export(format="{word}")'


# Keras on PyTorch makes a SavedModel through TensorFlow and torch_xla. None of torch_xla is published for the pinned
# PyTorch, so neither is installed: the cell fails, in Keras' own words.
def _keras(backend: str, environment: str, variables: Mapping[str, str]) -> Way:
    formats = (
        Format("savedmodel", _keras_call("tf_saved_model"), _SAVED_MODEL),
        Format("onnx", _keras_call("onnx"), _ONNX),
        Format("litert", _keras_call("litert"), ("litert", "openvino-c++")),
        Format("openvino", _keras_call("openvino"), ("openvino", "openvino-c++")),
        Format("torch-export", _keras_call("torch"), ("torch",), _EXPORTED_PROGRAM),
    )
    return Way(
        f"keras-{backend}",
        "keras",
        backend,
        environment,
        "bench.probes.deployment.export_keras",
        formats,
        {"KERAS_BACKEND": backend, **variables},
        ("torch._dynamo",) if backend == "torch" else (),
    )


_TORCH = (
    Format("torch-export", "torch.export.export, torch.export.save", ("torch",), _EXPORTED_PROGRAM),
    Format("torchscript-trace", "torch.jit.trace", ("torch", "torch-c++")),
    Format("torchscript-script", "torch.jit.script", ("torch", "torch-c++")),
    Format("onnx", "torch.onnx.export(dynamo=True)", _ONNX),
    Format("aot-package", "torch._inductor.aoti_compile_and_package", ("torch", "torch-c++")),
)
_TENSORFLOW = (
    Format("savedmodel", "tf.saved_model.save", _SAVED_MODEL),
    Format("litert", "tf.lite.TFLiteConverter", ("litert", "openvino-c++")),
    Format("onnx", "tf2onnx.convert.from_function", _ONNX),
)
_JAX = (
    Format("jax-export", "jax.export.export, Exported.serialize", ("jax",), "jax.export.deserialize is Python's alone"),
    Format("stablehlo", "jax.export.export, Exported.mlir_module", ("iree-c++",)),
    Format("savedmodel", "jax2tf.convert, tf.saved_model.save", _SAVED_MODEL),
    Format("onnx", "jax2onnx.to_onnx", _ONNX),
)
_TORCH_PRELOAD = ("torch._inductor.compile_fx", "torch.onnx._internal.exporter._core")
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}


def _native(framework: str, formats: tuple[Format, ...], variables: Mapping[str, str]) -> Way:
    module = f"bench.probes.deployment.export_{framework}"
    preload = _TORCH_PRELOAD if framework == "torch" else ()
    return Way(framework, framework, "", f"export-{framework}", module, formats, variables, preload)


WAYS: tuple[Way, ...] = (
    _keras("tensorflow", "export-tensorflow", _QUIET),
    _keras("jax", "export-jax", _QUIET),
    _keras("torch", "export-torch", {}),
    _native("torch", _TORCH, {}),
    _native("tensorflow", _TENSORFLOW, _QUIET),
    _native("jax", _JAX, _QUIET),
)
