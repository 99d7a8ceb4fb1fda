"""Whether a posting's work can be done from anywhere: yes, no, or not said."""

from __future__ import annotations

import re

# Words for work from elsewhere, each with what must stand there for it to be one.
_ELSEWHERE = {
    "remot": re.compile(r"remote(?:ly)?\b|remot[oa]\b"),
    "home": re.compile(r"home[- ]?office"),
    "from home": re.compile(""),
    "from anywhere": re.compile(""),
    "distributed ": re.compile(r"distributed (?:company|team)\b"),
    "teletra": re.compile(r"teletrabaj|teletravail"),
}
_ELSEWHERE_ACCENTED = {"télétravail": re.compile(""), "télé-travail": re.compile("")}
_BEFORE, _BEHIND, _MOST = 44, 40, 8
# What says no although such a word follows.
_NEGATIONS = ("no ", "not ", "non ", "without", "kein", "sin ", "pas de", "tidak", "cannot", "isn't")
_REFUSED = re.compile(
    r"\b(?:no|not|non|without|kein(?:e|en)?|sin|pas de|tidak|cannot be(?: done)?|isn't)\s+"
    r"(?:(?:a|an|fully|currently|possible to be|eligible for|available for|offer(?:ing)?|considering|"
    r"allow|support|able to (?:offer|support|do)|work(?:ing)?|bisa)\s+)*$"
)
_REFUSED_BEHIND = re.compile(r"remote(?: work)?\s*[:=]?\s*(?:no\b|not\b|isn't|is not|unavailable|none\b)")
# "Remote" that speaks of something else than the place of work.
_OTHER = re.compile(
    r"remote(?:ly)?[- ](?:sens(?:ing|ed|or)|control|controlled|monitoring|site|sites|server|servers|desktop|"
    r"access|operat\w+|patient|diagnos\w+|vehicle|repositor\w+|procedure|code|data|areas?|locations? in|communit\w+)"
)
# Germany's word alone promises a day at home; with this before it, the whole week.
_WHOLLY = re.compile(r"(?:100 ?%|vollständig(?:es)?|komplett(?:es)?|voll) $")
# A day or two at home is a place of work all the same.
_MIXED = ("part", "hybrid", "day")
_PARTLY = re.compile(
    r"\b(?:partly|partially|part(?:ial)?) remote\b|\bhybrid[ -]remote\b|\bremote[ /]hybrid\b|\bhybrid\b.{0,12}\d ?"
    r"(?:x|days)|\bdays? (?:a week |per week )?(?:remote|in (?:the )?office|on[- ]?site)\b"
)
# By a part that they share: one look where it is missing.
_PLACES = {
    "site": ("onsite", "on-site", "on site", "sur site"),
    "ffice": ("in office", "in-office", "in the office", "office-based", "office based"),
    "person": ("in person", "in-person"),
    "hybrid": ("hybrid",),
    "vor ort": ("vor ort",),
    "presencial": ("presencial",),
    "bureau": ("au bureau",),
    "kantor": ("di kantor",),
    "oficina": ("en oficina", "en la oficina"),
}
_PLACES_ACCENTED = ("präsenz", "híbrid", "présentiel")
_OUR_OFFICE = re.compile(r"\b(?:our|the) \w+ office\b")


def find_remote(lower: str) -> bool | None:
    """Return True for work from anywhere, also as a choice; False for a place, partly remote included; else None.

    `lower` is a plain text in lower case. Where a posting offers both, remote work is possible: True.
    """
    is_possible = False
    for cue, accepted in _ELSEWHERE.items() if lower.isascii() else (*_ELSEWHERE.items(), *_ELSEWHERE_ACCENTED.items()):
        at = lower.find(cue)
        seen = 0
        while at != -1 and seen < _MOST:
            said = _said(lower, at, accepted)
            if said is False:
                return False
            is_possible = is_possible or said is True
            at = lower.find(cue, at + len(cue))
            seen += 1
    if is_possible:
        return True
    return False if _names_a_place(lower) else None


def _said(lower: str, at: int, accepted: re.Pattern[str]) -> bool | None:
    """What one word for work from elsewhere says where it stands."""
    before, behind = lower[max(at - _BEFORE, 0) : at], lower[at : at + _BEHIND]
    if _OTHER.match(behind) or not accepted.match(behind) or before[-1:].isalnum():
        return None
    if any(word in before for word in _NEGATIONS) and _REFUSED.search(before):
        return False
    if _REFUSED_BEHIND.match(behind):
        return False
    near = before + behind
    if any(word in near for word in _MIXED) and _PARTLY.search(near):
        return False
    if behind.startswith("home"):
        return True if _WHOLLY.search(before) else None
    return True


def _names_a_place(lower: str) -> bool:
    for part, places in _PLACES.items():
        if part in lower and any(place in lower for place in places):
            return True
    if not lower.isascii() and any(place in lower for place in _PLACES_ACCENTED):
        return True
    return " office" in lower and _OUR_OFFICE.search(lower) is not None
