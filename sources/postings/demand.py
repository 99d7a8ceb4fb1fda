"""Whether a posting asks for something as a must: the words around a mention first, then the heading above it."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A cue that ends its clause speaks of what stands before it ("PyTorch required"), any other of what follows it.
# Written without capitals and anchors, so that they are found quickly in a text in lower case.
_MUST = (
    r"must(?:[- ]haves?)?|required|require[sd]?|requirements?|mandatory|essential|needs?|needed|necessary|minimum|"
    r"at least (?:\w+|\d+) years?|proficien(?:t|cy)|prerequisites?|"
    r"erforderlich|voraussetzung(?:en)?|vorausgesetzt|zwingend|notwendig|pflicht|benötigt|mindestens|muss|"
    r"imprescindible|obligatori[oa]s?|requisitos?|requerid[oa]s?|necesari[oa]s?|exigimos|"
    r"obligatoires?|exigée?s?|requise?s?|indispensables?|impératif|nécessaires?|"
    r"wajib|harus|diwajibkan|persyaratan|syarat|minimal"
)
_OPTIONAL = (
    r"nice[- ]to[- ]haves?|good[- ]to[- ]have|not (?:strictly )?(?:required|necessary|mandatory|a must)|no requirement|"
    r"bonus(?: points?)?|an advantage|a plus|big plus|huge plus|strong plus|definite plus|"
    r"un plus|ein plus|real plus|plus(?=:)|"
    r"preferred|preferably|prefer|preference|ideally|optional(?:ly)?|desirable|desired|helpful|useful|welcome|beneficial|"
    r"advantageous|wünschenswert|von vorteil|vorteilhaft|idealerweise|gerne auch|nicht (?:zwingend|erforderlich|nötig)|"
    r"keine (?:bedingung|voraussetzung)|deseables?|valorable|se valora(?:rá|n)?|valoraremos|apreciad[oa]|"
    r"souhaité?e?s?|souhaitables?|appréciée?s?|un atout|idéalement|nilai (?:plus|tambah)|diutamakan|lebih disukai"
)
_CUE = re.compile(rf"(?:(?P<optional>{_OPTIONAL})|(?P<must>{_MUST}))(?!\w)")
_YEARS = re.compile(
    r"\d ?(?:\+|plus|or more)? ?(?:[-–] ?\d+ ?\+? ?)?(?:years?(?!.? old)|jahre\w*|años|ans|tahun)(?!\w)"
)
# "with 3+ years of ..." begins its own demand; so do these, which say nothing themselves.
_STARTER = re.compile(
    r"(?<!\w)(?:experience|knowledge|familiarity|familiar|exposure|understanding|background|erfahrung(?:en)?|kenntnisse|"
    r"conocimientos?|experiencia|connaissances?|expérience|pengalaman|pengetahuan)(?!\w)"
)
_CLAUSE_END = re.compile(
    r"\s*(?:$|[.,;)\]!?(–—]|- |(?:for|in this|here|and|und|y|et|but|aber|pero|mais|if|as|to apply)\b)", re.IGNORECASE
)
# A full stop ends a sentence only before a blank: "tf.keras" and "2.0" go on. "e.g." and its like end none.
_SENTENCE = re.compile(r"[.!?;](?=\s|(?<=;))|[•·]\s")
_ABBREVIATIONS = ("e.g", "i.e", "incl", "etc", "z.b", "bzw", "vs", "approx", "yrs", "min")
_BUT = re.compile(r"\b(?:but|however|aber|pero|mais)\b", re.IGNORECASE)
_REQUIRED_HEAD = re.compile(
    r"requirement|qualification|must|required|essential|skills needed|minimum|ideal candidate|good fit|about you|"
    r"what you(?:'|’)?(?:ll| will)? (?:bring|need|have)|you(?:'|’)?(?:ll)? (?:should |must |will )?(?:have|need|bring)|"
    r"what we(?:'|’)?(?:re| are)? (?:look|expect|need)|we expect|we(?:'|’)re looking|who you are|looking for|"
    r"your (?:profile|skills)|anforderung|profil|mitbringen|bringst|qualifikation|voraussetzung|requisito|"
    r"imprescindible|buscamos|compétences|recherché|kualifikasi|persyaratan|syarat|要求|必须",
    re.IGNORECASE,
)
_OPTIONAL_HEAD = re.compile(rf"(?<!\w)(?:{_OPTIONAL}|plus(?:es)?|extra points?|brownie points)(?!\w)", re.IGNORECASE)
_BULLET = re.compile(r"^[\s*•·\-–—+o]*(?=\S)")
_LONGEST_HEADING = 70


def is_required(lines: Sequence[str], line: int, start: int, end: int) -> bool:
    """Return True where the mention at `start` to `end` of a line is asked for as a must.

    `lines` are the posting's lines as a reader sees them. Words around the mention decide; where there are none, the
    nearest heading above does; where there is none, the mention is no more than that.
    """
    stated = _stated(lines[line], start, end)
    if stated is not None:
        return stated
    return _heading_level(lines, line, start)


def _stated(line: str, start: int, end: int) -> bool | None:
    """What the words around a mention say: True a must, False an option, None nothing."""
    line = line.lower() if len(line.lower()) == len(line) else line
    ends = [match for match in _SENTENCE.finditer(line) if not line.endswith(_ABBREVIATIONS, 0, match.start())]
    begins = max((match.end() for match in ends if match.end() <= start), default=0)
    stops = min((match.start() for match in ends if match.start() >= end), default=len(line))
    cues = sorted(cue for cue in _cues(line, begins, stops) if cue[1] <= start or cue[0] >= end)
    after = next((cue for cue in cues if cue[0] >= end), None)
    if (
        after is not None
        and after[3]
        and not _STARTER.search(line, end, after[0])
        and not _BUT.search(line, end, after[0])
    ):
        return after[2]
    before = [cue for cue in cues if cue[1] <= start]
    if before and not before[-1][3]:
        return before[-1][2]
    return None


def _cues(line: str, begins: int, stops: int) -> list[tuple[int, int, bool, bool]]:
    """Return the cues of a sentence: from, to, whether a must, whether they speak of what stands before them."""
    found = [
        (match.start(), match.end(), match.lastgroup == "must", _ends_clause(line, match))
        for match in _CUE.finditer(line, begins, stops)
        if not line[match.start() - 1 : match.start()].isalnum()
    ]
    return found + [
        (match.start(), match.end(), True, _ends_clause(line, match)) for match in _YEARS.finditer(line, begins, stops)
    ]


def _ends_clause(line: str, cue: re.Match[str]) -> bool:
    """True for a cue that speaks of what stands before it. At the beginning of a line nothing does."""
    if not _BULLET.sub("", line[: cue.start()]).strip():
        return False
    return _CLAUSE_END.match(line, cue.end()) is not None


def _heading_level(lines: Sequence[str], line: int, start: int) -> bool:
    """What the nearest heading above a mention says, the line's own beginning included."""
    own = lines[line][:start].rfind(":")
    if own != -1:
        sentence = lines[line].rfind(". ", 0, own)
        level = _level(lines[line][sentence + 1 : own])
        if level is not None:
            return level
        if sentence != -1 or own < _LONGEST_HEADING:
            return False
    for above in reversed(lines[:line]):
        if _is_heading(above):
            return _level(above) is True
    return False


def _is_heading(line: str) -> bool:
    text = _BULLET.sub("", line)
    if len(text) > _LONGEST_HEADING:
        return False
    if text.endswith(":"):
        return True
    is_item = text != line.strip()
    # A short line without a full stop that names requirements or options is a heading without its colon.
    return not is_item and text[-1:] not in ".,;!" and len(text.split()) <= 5 and _level(text) is not None


def _level(heading: str) -> bool | None:
    if _OPTIONAL_HEAD.search(heading):
        return False
    return True if _REQUIRED_HEAD.search(heading) else None
