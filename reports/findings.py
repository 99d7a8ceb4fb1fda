"""Headlines as rules over the data: who leads and by how much, a tie, a single figure, an old one, or none at all."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.figures import Figures
from reports.marts import Row
from reports.numbers import format_value

# How a lead reads. {a} leads {b} by {ratio}; the catalogue's label of the metric serves where there is no entry.
LEADS: dict[str, str] = {
    "downloads_per_day": "{a} is installed {ratio} as often as {b}",
    "companion_downloads_per_day": "{a}'s leading companion library is installed {ratio} as often as {b}'s",
    "stars": "{a} has {ratio} the GitHub stars of {b}",
    "stars_gained_per_week": "{a} gains stars {ratio} as fast as {b}",
    "survey_share": "{ratio} as many surveyed developers use {a} as {b}",
    "questions_last_year": "{a} was asked about {ratio} as often as {b}",
    "paper_share": "{ratio} as many sampled papers come with {a} code as with {b} code",
    "paper_share_conferences": "{ratio} as many conference papers name {a} as {b}",
    "releases_last_year": "{a} made {ratio} as many releases in a year as {b}",
    "authors_per_month": "{a} has {ratio} as many people committing as {b}",
    "downloads_recent_per_day": "{a} is installed {ratio} as often as {b}, mirrors left out",
    "downloads_installer_per_day": "Through a person's installers {a} is installed {ratio} as often as {b}",
    "page_views_per_day": "{a} is looked up {ratio} as often as {b}",
    "pretrained_models": "The hub has {ratio} as many models for {a} as for {b}",
    "dependent_repositories": "{ratio} as many repositories need {a} as {b}",
    "stars_given_per_week": "{a} is given stars {ratio} as fast as {b}",
    "search_interest": "{a} is searched for {ratio} as often as {b}",
    "job_employers_share_hn": "On Hacker News {ratio} as many employers name {a} as {b}",
    "job_share_hn": "On Hacker News {a} is named in {ratio} as many postings as {b}",
    "job_share_us_ds": "US data-science postings name {a} {ratio} as often as {b}",
    "job_share_zh": "Chinese-language postings name {a} {ratio} as often as {b}",
}
SMALLER = "{a} needs the fewest {label}: {va} against {vb} for {b}"
APART = "{a} is ahead of {b} on {label}: {va} against {vb}"
LEVEL = "{a} and {b} cannot be told apart on {label}: {va} and {vb}"
ALONE = "Only {a} has a figure for {label}: {va}"
NOTHING = "No figures yet for {label}"
OLD_DAYS = 400  # an older figure is printed with its date in the sentence


def ranked(figures: Figures, metric: str) -> list[Row]:
    """Return a metric's evidence rows, best first; equal ones in the catalogue's order.

    A withheld figure ranks nowhere, and neither does one of a subject that is compared with nothing.
    """
    order = {framework.key: i for i, framework in enumerate(figures.catalog.frameworks)}
    rows = [
        row
        for row in figures.marts.tables["evidence"]
        if row["metric"] == metric
        and row["value"] is not None
        and row["framework"] in order
        and not row.get("is_withheld")
    ]
    sign = -1 if rows and rows[0]["better"] == "higher" else 1
    return sorted(rows, key=lambda row: (sign * row["value"], order.get(row["framework"], len(order))))


def headline(figures: Figures, metric: str) -> Markup:
    """Return the finding on one metric as a sentence with its figures, whatever the data says."""
    rows = ranked(figures, metric)
    label = figures.label(metric)
    if not rows:
        return Markup(NOTHING).format(label=label)
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    first = names.get(rows[0]["framework"], rows[0]["framework"])
    if len(rows) == 1:
        return dated(figures, rows, Markup(ALONE).format(a=first, label=label, va=amount(figures, rows[0])))
    words = {
        "a": first,
        "b": names.get(rows[1]["framework"], rows[1]["framework"]),
        "va": amount(figures, rows[0]),
        "vb": amount(figures, rows[1]),
        "label": label,
    }
    return dated(figures, rows[:2], Markup(_pattern(figures, rows)).format(**words, ratio=_ratio(figures, rows)))


def comparison(figures: Figures, metric: str, one: str, other: str) -> Markup | None:
    """Return a sentence on two given frameworks, whichever of them is ahead; None where a figure is missing."""
    rows = [row for row in ranked(figures, metric) if row["framework"] in (one, other)]
    if len(rows) < 2:
        return None
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    words = {"a": names[rows[0]["framework"]], "b": names[rows[1]["framework"]], "label": figures.label(metric)}
    values = {"va": amount(figures, rows[0]), "vb": amount(figures, rows[1])}
    return dated(figures, rows, Markup(_pattern(figures, rows)).format(**words, **values, ratio=_ratio(figures, rows)))


def amount(figures: Figures, row: Row) -> Markup:
    """Return a figure; where only its bounds are known, the bounds, because the middle of them is no estimate."""
    if row.get("spread") == "bounds" and row.get("low") is not None:
        return Markup("between {} and {}").format(
            figures.show(f"{row['evidence_id']}.low"), figures.show(f"{row['evidence_id']}.high")
        )
    return figures.show(row["evidence_id"])


def is_apart(figures: Figures, first: Row, second: Row) -> bool:
    """Return whether the leader is ahead beyond both intervals."""
    pair = f"{first['evidence_id']}/{second['framework']}"
    if figures.has(pair) and figures.row(pair).get("low") is not None:
        row = figures.row(pair)
        return row["low"] > 1 or row["high"] < 1
    return not _overlap(first, second)


def _pattern(figures: Figures, rows: Sequence[Row]) -> str:
    first, second = rows[0], rows[1]
    if not is_apart(figures, first, second):
        return LEVEL
    if first["better"] == "lower":
        return SMALLER if first["unit"] == "lines" else APART
    if first["metric"] in LEADS and figures.has(f"{first['evidence_id']}/{second['framework']}"):
        return LEADS[first["metric"]]
    return APART


def _ratio(figures: Figures, rows: Sequence[Row]) -> Markup | str:
    pair = f"{rows[0]['evidence_id']}/{rows[1]['framework']}"
    return figures.show(pair) if figures.has(pair) else ""


def _overlap(one: Row, other: Row) -> bool:
    low, high = _interval(one)
    other_low, other_high = _interval(other)
    return low <= other_high and other_low <= high


def _interval(row: Row) -> tuple[float, float]:
    known = row.get("low") is not None and row.get("high") is not None
    return (row["low"], row["high"]) if known else (row["value"], row["value"])


def dated(figures: Figures, rows: Sequence[Row], sentence: Markup) -> Markup:
    """Return the sentence, opened by its date where a figure in it is old, or too old to count."""
    oldest = min(rows, key=lambda row: row["as_of"])
    edition = figures.marts.tables["edition"][0]["as_of"]
    if (edition - oldest["as_of"]).days <= OLD_DAYS and not any(row.get("is_stale") for row in rows):
        return sentence
    opening = "Last seen in" if any(row.get("is_stale") for row in rows) else "As of"
    ref = f"evidence/{oldest['metric']}/{oldest['framework']}/as_of"
    when = Markup('<time data-ref="{}">{}</time>').format(ref, format_value(oldest["as_of"], prose=True))
    return Markup("{} {}: {}").format(opening, when, sentence)
