"""The marker on a faulty line, and the two programs that come of it: the faulty one and the right one.

A faulty line ends with `# faulty; right: <code>`; where a line is missing, the marker stands alone in its place. The
written programs have the lines of the fault's file, one for one, without any marker: nothing in what a framework can
read, or quote, tells which line is at fault.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

# The file that a user would have written; its name stands in tracebacks.
FILE_NAME = "program.py"
_MARK = re.compile(r"^(?P<indent>\s*)(?:(?P<faulty>\S.*?)\s+)?# faulty; right: (?P<right>.*)$")


@dataclass(frozen=True)
class Marked:
    """A fault's file taken apart. `lines` maps a function's name to the numbers of its faulty lines."""

    faulty: str
    right: str
    lines: dict[str, list[int]]

    def code(self, function: str, right: bool = False) -> str:
        """Return the faulty lines of a program, or the right ones in their place, without indentation."""
        text = (self.right if right else self.faulty).splitlines()
        return "\n".join(text[number - 1].strip() for number in self.lines[function])

    def program(self, function: str, right: bool = False) -> str:
        """Return a program's text, as it runs."""
        text = self.right if right else self.faulty
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name == function:
                return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
        raise KeyError(function)


def take_apart(text: str) -> Marked:
    """Return a file's faulty and right program, and where they differ.

    Raises SyntaxError where a marker leaves no valid program, ValueError for a function without a marker or a marker
    outside a function.
    """
    faulty, right, marked = [], [], []
    for number, line in enumerate(text.splitlines(), 1):
        match = _MARK.match(line)
        if match is None:
            faulty.append(line)
            right.append(line)
            continue
        marked.append(number)
        faulty.append((match["indent"] + (match["faulty"] or "")).rstrip())
        right.append((match["indent"] + match["right"]).rstrip())
    texts = "\n".join(faulty) + "\n", "\n".join(right) + "\n"
    ast.parse(texts[1])
    lines = _by_function(ast.parse(texts[0]), marked)
    return Marked(*texts, lines)


def _by_function(tree: ast.Module, marked: list[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            inside = [number for number in marked if node.lineno <= number <= (node.end_lineno or 0)]
            if not inside:
                raise ValueError(f"The program {node.name} has no faulty line.")
            found[node.name] = inside
    outside = set(marked) - {number for numbers in found.values() for number in numbers}
    if outside:
        raise ValueError(f"The faulty line {min(outside)} stands in no program.")
    return found


def write(source: Path, folder: Path) -> tuple[Path, Path, Marked]:
    """Write the faulty and the right program below `folder`; return their paths and the file taken apart."""
    marked = take_apart(source.read_text(encoding="utf-8"))
    paths = []
    for part, text in (("one", marked.faulty), ("other", marked.right)):
        path = folder / source.stem / part / FILE_NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths[0], paths[1], marked
