"""From a project's page of the Simple API (PEPs 503, 691, 700) to releases and their files."""

from __future__ import annotations

import datetime as dt

import msgspec
import pydantic
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pypi_simple import DistributionPackage, ProjectPage

from barometer.errors import SourceError
from sources.http import excerpt
from sources.protocol import Batch, Payload

MEND = "the reply is kept in the landing; mend the parser, then `barometer replay package_index`"
_RELEASES = ("project", "version", "first_upload", "files", "largest_wheel_bytes")
_FILES = ("project", "version", "files", "sdist_bytes", "yanked_files", "requires_python")
_LARGEST = 2**63


def read_page(payload: Payload, base_url: str | None = None) -> ProjectPage:
    """Return a page, JSON or HTML; addresses of files are completed by `base_url`.

    Raises SourceError when it is neither, or the page of another project.
    """
    asked = payload.request.strip("/").rpartition("/")[2]
    is_json = payload.content.lstrip()[:1] == b"{"
    try:
        if is_json:
            page = ProjectPage.from_json_data(msgspec.json.decode(payload.content), base_url)
        else:
            page = ProjectPage.from_html(asked, payload.content.decode("utf-8", errors="replace"), base_url)
    except Exception as error:
        # Whatever the library and the parsers below it make of bytes that are no page is one and the same finding.
        raise unlike(payload, _finding(error)) from None
    if canonicalize_name(page.project) != asked:
        raise unlike(payload, f"name: this is the page of {excerpt(page.project.encode(), 80)}, not of {asked}")
    if not is_json and not any(file.version for file in page.packages):
        raise unlike(payload, f"neither JSON nor a page of files; it begins with {excerpt(payload.content, 80)!r}")
    return page


def releases(payload: Payload, page: ProjectPage) -> list[Batch]:
    """Return a row a release and a row on its files; none when the index gives no time of upload.

    A release's day is that of its first upload, in UTC. Files whose name holds no version are left out; withdrawn ones
    are in. Raises SourceError when a size or a time is impossible.
    """
    versions: dict[str, list[DistributionPackage]] = {}
    for file in page.packages:
        if file.version is not None:
            versions.setdefault(spelled(file.version), []).append(file)
    project = canonicalize_name(page.project)
    dated: list[tuple] = []
    counted: list[tuple] = []
    for version, files in versions.items():
        uploads = [_day(payload, file.filename, file.upload_time) for file in files if file.upload_time is not None]
        if uploads:
            dated.append((project, version, min(uploads), len(files), _largest(payload, files, "wheel")))
        yanked = sum(file.is_yanked for file in files)
        python = next((file.requires_python for file in files if file.requires_python), None)
        counted.append((project, version, len(files), _largest(payload, files, "sdist"), yanked, python))
    if not dated:
        return []
    return [Batch("package_releases", _RELEASES, dated), Batch("package_files", _FILES, counted)]


def newest_described(page: ProjectPage) -> DistributionPackage | None:
    """Return the file of the newest final release whose metadata the index offers (PEP 658), None where it offers none.

    Withdrawn files do not count; wheels go before sources, whose metadata may be computed only when they are built.
    """
    finals: dict[Version, list[DistributionPackage]] = {}
    for file in page.packages:
        version = _version(file.version)
        if version is not None and not version.is_prerelease and not file.is_yanked:
            finals.setdefault(version, []).append(file)
    if not finals:
        return None
    offered = [file for file in finals[max(finals)] if file.has_metadata]
    return min(offered, key=lambda file: (file.package_type != "wheel", file.filename), default=None)


def spelled(version: str) -> str:
    """Return a version as PEP 440 spells it, so that the files of one release meet; as it is where it is no version."""
    known = _version(version)
    return version if known is None else str(known)


def unlike(payload: Payload, problem: str) -> SourceError:
    """Return the error that a reply is not as described."""
    return SourceError(f"package_index: {payload.request}: {problem}", MEND)


def _version(text: str | None) -> Version | None:
    try:
        return None if text is None else Version(text)
    except InvalidVersion:
        return None


def _day(payload: Payload, filename: str, time: dt.datetime) -> dt.date:
    try:
        # A time without a zone is UTC: the format knows no other.
        return (time if time.tzinfo is None else time.astimezone(dt.UTC)).date()
    except OverflowError:
        raise unlike(payload, f"{excerpt(filename.encode(), 80)}: upload-time {time} cannot be") from None


def _largest(payload: Payload, files: list[DistributionPackage], kind: str) -> int | None:
    sizes = [file.size for file in files if file.package_type == kind and file.size is not None]
    for size in sizes:
        if not 0 <= size < _LARGEST:
            raise unlike(payload, f"size: {str(size)[:40]} bytes cannot be")
    return max(sizes, default=None)


def _finding(error: Exception) -> str:
    """What a library said of a page, as one short line."""
    if isinstance(error, pydantic.ValidationError):
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        return f"{place or 'the reply'}: {first['msg']}; it is {excerpt(repr(first['input']).encode(), 80)}"
    return f"{type(error).__name__}: {excerpt(str(error).encode(errors='replace'))}"
