"""From a release's core metadata file (PEP 658) to what it says of itself and what it declares to need."""

from __future__ import annotations

import re

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sources.http import excerpt
from sources.package_index.pages import spelled, unlike
from sources.protocol import Batch, Payload

_DEPENDENCIES = ("project", "version", "requirement", "specifier", "marker", "extra")
_FACTS = ("project", "version", "summary", "classifiers", "keywords")


def declared(payload: Payload) -> list[Batch]:
    """Return the one row of what a release says of itself, and a row a declared dependency.

    `requirement` is the needed package's name alone, `extra` the extra that asks for it ("" for always). Raises
    SourceError when the file is no metadata, of another project, or a requirement is none.
    """
    try:
        raw, _ = parse_email(payload.content)
    except Exception as error:
        # The standard library's mail parser below it fails in ways of its own on bytes that are no mail.
        raise unlike(payload, f"no metadata: {type(error).__name__}") from None
    project = payload.request.split("/")[1]
    name, version = raw.get("name", ""), raw.get("version", "")
    if not name or not version:
        raise unlike(payload, f"no metadata: Name and Version are needed; it begins {excerpt(payload.content, 60)!r}")
    if canonicalize_name(name) != project:
        raise unlike(payload, f"Name: this is the metadata of {excerpt(name.encode(), 80)}, not of {project}")
    version = spelled(version)
    needed = [(project, version, *_needed(payload, line)) for line in raw.get("requires_dist", [])]
    facts = (project, version, _summary(raw), raw.get("classifiers", []), ",".join(raw.get("keywords", [])) or None)
    return [Batch("package_facts", _FACTS, [facts]), Batch("package_dependencies", _DEPENDENCIES, needed)]


def without_people(content: bytes) -> bytes:
    """Return a metadata file without its authors, its maintainers and its long description: what lands."""
    head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    kept: list[bytes] = []
    is_kept = True
    for line in head.split(b"\n"):
        # A line that begins with a blank continues the one before.
        if not line[:1].isspace():
            is_kept = not line.lower().startswith((b"author", b"maintainer", b"description:"))
        if is_kept:
            kept.append(line)
    return b"\n".join(kept) + b"\n"


def _summary(raw: RawMetadata) -> str | None:
    # Old tools write UNKNOWN where nothing was said.
    summary = raw.get("summary", "").strip()
    return None if summary in ("", "UNKNOWN") else summary


def _needed(payload: Payload, line: str) -> tuple[str, str, str, str]:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        raise unlike(payload, f"Requires-Dist: {excerpt(line.encode(), 80)!r} is no requirement") from None
    marker = "" if requirement.marker is None else str(requirement.marker)
    extra = re.search(r'\bextra == "([^"]+)"', marker)
    return (
        canonicalize_name(requirement.name),
        str(requirement.specifier),
        marker,
        canonicalize_name(extra[1]) if extra else "",
    )
