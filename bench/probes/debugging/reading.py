"""What an exception or a warning tells its reader, by counting in the text that Python prints.

Every rule is a pattern fixed beforehand, the same for every framework; none judges how well a message reads.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.environment import one_line, without_colours, without_paths
from bench.probes.debugging.fault import Fault

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')
# As JAX, and warnings, write a place.
_PLACE = re.compile(r"(?P<file>/[^\s:\"']+\.py):(?P<line>\d+)")
# Words with which a message tells what to do, not only what is wrong.
_ADVICE = re.compile(
    r"did you (?:mean|forget)|\btry\b|please|consider\b|instead,? use\b|instead of [^.]*\buse\b|"
    r"\buse [^.]* instead\b|\bshould (?:be|use|have|not)\b|make sure|\bensure\b|\bset `|\buse `|\bto fix\b|"
    r"\bhint\b|you (?:can|could|may|might|need|should|must)\b|see https?://",
    re.IGNORECASE,
)
# What is left where frames were taken out.
_SEVERAL_EMPTY = re.compile(r"\n(?:[ \t]*\n){2,}")
_KEPT_MESSAGE = 2000
_KEPT_LINE = 300
_BENCH = Path(__file__).resolve().parents[2]
_KITS = Path(__file__).resolve().parent / "kits"


def read_error(error: BaseException, program: Path, lines: Iterable[int], fault: Fault) -> dict[str, Any]:
    """Return what an exception tells: its type, message, frames, and what the message and the frames show.

    user_frames, foreign_frames   places in the printed text, causes included: the user's files, all others
    faulty_frame                  the faulty line is a frame of the traceback itself
    faulty_line                   it stands anywhere in the printed text
    """
    try:
        text = str(error)
    except Exception:
        text = ""
    printed = "".join(traceback.format_exception(error))
    faulty = {(str(program), number) for number in lines}
    places = places_in(printed, program)
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return {
        "exception": name,
        "user_frames": sum(users(file, program) for file, _ in places),
        "foreign_frames": sum(not users(file, program) for file, _ in places),
        "faulty_frame": bool(faulty & {(frame.filename, frame.lineno) for frame in frames_of(error)}),
        "faulty_line": bool(faulty & set(places)),
        **read_message(text, program, fault),
    }


def read_message(text: str, program: Path, fault: Fault) -> dict[str, Any]:
    """Return what a message tells: its length without paths, its first line, whether it names layer, sizes, a way out.

    names_layer and both_sizes are None where the fault has no layer, or no sizes, that could be told.
    """
    text = _SEVERAL_EMPTY.sub("\n\n", without_paths(_without_own_frames(without_colours(text), program)))
    bare = re.sub(r"line \d+|\.py:\d+", "", text)
    first = next((line for line in text.splitlines() if line.strip()), "")
    return {
        "message": text[:_KEPT_MESSAGE],
        "first_line": one_line(first)[:_KEPT_LINE],
        "message_length": len(text),
        "names_layer": any(_has(bare, name) for name in fault.layer) if fault.layer else None,
        "both_sizes": all(any(_has(bare, str(one)) for one in size) for size in fault.sizes) if fault.sizes else None,
        "suggests": _ADVICE.search(bare) is not None,
    }


def places_in(printed: str, program: Path) -> list[tuple[str, int]]:
    """Return every place (file, line) that a text names, but those of the code that runs the program."""
    found = [(match["file"], int(match["line"])) for match in _FRAME.finditer(printed)]
    found += [(match["file"], int(match["line"])) for match in _PLACE.finditer(printed)]
    return [(file, line) for file, line in found if not _is_own(file, program)]


def users(file: str, program: Path) -> bool:
    """True for a file that a user would have written: the program, and the kit beside it."""
    return file == str(program) or Path(file).parent == _KITS


def _is_own(file: str, program: Path) -> bool:
    """True for the files that run the program, which no user has."""
    return file.startswith("<frozen") or (_BENCH in Path(file).parents and not users(file, program))


def _without_own_frames(text: str, program: Path) -> str:
    """Return a message without the lines in which it quotes frames of the code that runs the program."""
    kept = []
    for line in text.splitlines():
        match = _FRAME.search(line)
        if match is None or not _is_own(match["file"], program):
            kept.append(line)
    return "\n".join(kept)


def _has(text: str, name: str) -> bool:
    """True if a name, or a number, stands in the text by itself. Sizes are also written 13x23."""
    before, after = (r"(?<!\d)", r"(?!\d)") if name.isdigit() else (r"(?<![\w.])", r"(?!\w)")
    return re.search(f"{before}{re.escape(name)}{after}", text) is not None


def frames_of(error: BaseException) -> list[traceback.FrameSummary]:
    """Return every frame that Python prints, causes and contexts included."""
    found: list[traceback.FrameSummary] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        found += traceback.extract_tb(one.__traceback__)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def said_anew(faulty: Sequence[Mapping[str, Any]], control: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the warnings of a faulty program that the right one does not give, numbers and places apart."""
    known = {_gist(one["text"]) for one in control}
    return [one for one in faulty if _gist(one["text"]) not in known]


def _gist(text: str) -> str:
    return re.sub(r"\d+|0x[0-9a-f]+", "#", without_paths(text))
