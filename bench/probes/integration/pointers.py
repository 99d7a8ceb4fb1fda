"""Where a tensor's first element lies, by the framework's own word or by its DLPack capsule."""

from __future__ import annotations

import ctypes
from typing import Any


class _Tensor(ctypes.Structure):
    """DLTensor of the DLPack specification."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("dimensions", ctypes.c_int32),
        ("dtype", ctypes.c_uint32),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("byte_offset", ctypes.c_uint64),
    )


def of_capsule(capsule: Any) -> int:
    """Return the address a `dltensor` capsule speaks of. Raises ValueError for another capsule, or a used one."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    # DLManagedTensor begins with its DLTensor.
    tensor = _Tensor.from_address(get(capsule, b"dltensor"))
    return int(tensor.data or 0) + int(tensor.byte_offset)
