"""What tests of the package index share: files and pages as an index gives them, the source, its rows."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from barometer.catalog import Catalog
from tests.sources.live import live_source, parsed
from tests.sources.replay import ReplayServer
from tests.support import shipped_catalog

KERAS, TORCH, OTHER = "GET /keras/", "GET /torch/", "GET /torchtext/"
WHEEL = "keras-3.12.0-py3-none-any.whl"
METADATA = b"""\
Metadata-Version: 2.4
Name: Keras
Version: 3.12.0
Summary: Multi-backend deep learning
Keywords: networks, layers
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Scientific/Engineering
Requires-Dist: absl-py
Requires-Dist: ml_dtypes (>=0.3)
Requires-Dist: torch[cuda]<3,>=2.1; python_version >= "3.11" and extra == "Gpu_Torch"
Unknown-Field: kept out
Author: Somebody
 Else <somebody@example.org>
Maintainer-email: keeper@example.org

# Keras
A description that nobody reads.
"""


def file(filename: str, **changed: Any) -> dict[str, Any]:
    return {
        "filename": filename,
        "url": f"files/{filename}",
        "hashes": {"sha256": "0" * 64},
        "requires-python": ">=3.10",
        "size": 1000,
        "upload-time": "2026-01-02T03:04:05.678901Z",
        "yanked": False,
    } | changed


def page(name: str, *files: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"meta": {"api-version": "1.4", "_last-serial": 5}, "name": name, "files": list(files)} | changed


def small() -> Catalog:
    catalog = shipped_catalog()
    frameworks = [msgspec.structs.replace(framework, companions=[]) for framework in catalog.frameworks[:2]]
    return msgspec.structs.replace(catalog, frameworks=frameworks, other_subjects=["TorchText"])


def source(server: ReplayServer, folder: Any, **options: Any) -> Any:
    return live_source("package_index", server.url, folder, **({"catalog": small()} | options))


def table(asking: Any, name: str, project: str = "keras") -> list[tuple]:
    return [tuple(row.values()) for row in parsed(asking, name) if row["project"] == project]


HTML = f"""<!DOCTYPE html><html><body><h1>Links for keras</h1>
<a href="files/{WHEEL}#sha256=00" data-requires-python="&gt;=3.10">{WHEEL}</a><br>
<a href="files/keras-3.11.0.tar.gz" data-yanked="bad">keras-3.11.0.tar.gz</a></body></html>"""


def offered(filename: str = WHEEL, content: bytes = METADATA, **changed: Any) -> dict[str, Any]:
    return file(filename, **{"core-metadata": {"sha256": hashlib.sha256(content).hexdigest()}, **changed})
