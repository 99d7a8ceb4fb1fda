"""One edition as files: pages, report.json and a CSV a table. Nothing is written here."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from altair.utils.schemapi import debug_mode
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from barometer.catalog import Catalog
from reports import answers, changes, evidence_page, ledger, scoreboard, sections
from reports.benchmark.contrasts import DATASET
from reports.benchmark.page import BENCHMARK_PAGE, benchmark_pages
from reports.document import BASE, RELATIVE
from reports.figures import EVIDENCE_PAGE, Figures, percent
from reports.marts import Connection, load_marts
from reports.probe_changes import make_probe_changes
from reports.probes.ease_programs import program_files
from reports.probes.pages import PAGES, Pointer, pointers, probe_pages
from reports.report_json import report_json, table_csv
from reports.theme import colour_rules

INDEX_PAGE = "index.html"
CHARTS_PAGE = "charts.html"
REPORT = "report.json"
_LONE_CELL = re.compile(r'<(td|th scope="row")><span (data-ref="[^"]*")>([^<]*)</span></(td|th)>')
_TABLE = re.compile(r"<table.*?</table>", flags=re.DOTALL)
_BASE = re.compile(rf'<tr {BASE}="([^"]*)"')
_ROW = re.compile(r"<tr\b[^>]*>.*?</tr>", flags=re.DOTALL)
_REFERENCE = re.compile(r'data-ref="([^"]*)"')
_TEMPLATES = Path(__file__).parent / "templates"


# The tests hold every chart against Vega-Lite's schema; Altair would do so at each step of making one.
@debug_mode(False)
def render_edition(connection: Connection, catalog: Catalog, previous: dict[str, Any] | None) -> dict[str, bytes]:
    """Return {path in the edition's folder: bytes}: the pages, report.json, tables/<mart>.csv.

    `connection` is read only. `previous` is the report.json of the edition before, or None for a first edition.
    Raises VerifyError when a page needs a figure that the marts do not have.
    """
    marts = load_marts(connection)
    templates = environment()
    style = page_style(catalog)
    figures = Figures(marts, catalog)
    probed = dict(probe_pages(figures))
    parts = _index(figures, connection, previous, pointers(probed))
    index = templates.get_template("index.html.j2").render(style=style, **parts)
    charts = templates.get_template("charts.html.j2").render(style=style, **_charts(parts))
    page = Figures(marts, catalog, EVIDENCE_PAGE)
    evidence = templates.get_template("evidence.html.j2").render(style=style, **evidence_page.make_evidence(page))
    files = {INDEX_PAGE: _tidy(index), CHARTS_PAGE: _tidy(charts), EVIDENCE_PAGE: _tidy(evidence)}
    timed = templates.get_template("benchmark.html.j2")
    for name, context in benchmark_pages(Figures(marts, catalog, BENCHMARK_PAGE)).items():
        files[name] = _tidy(timed.render(style=style, **context))
    told = templates.get_template("probes.html.j2")
    for name, context in probed.items():
        files[name] = _tidy(told.render(style=style + probe_style(), **context))
    files |= program_files(figures)
    files[REPORT] = report_json(marts, catalog, previous)
    names = [name for name in marts.tables if name not in ("edition", "weights")]
    return files | {f"tables/{name}.csv": table_csv(marts, name) for name in names}


def _tidy(page: str) -> bytes:
    """Return the page with a cell's reference on the cell itself, where it holds one figure, and shared ones shared."""
    return _LONE_CELL.sub(r"<\1 \2>\3</\4>", _TABLE.sub(_shared_rows, page)).encode()


def _shared_rows(found: re.Match[str]) -> str:
    """A table with what long references of a row share written once on the row, what rows share on the table."""
    return _shared_table(_ROW.sub(_shared_row, found.group()))


def _shared_row(found: re.Match[str]) -> str:
    bases = Counter(_beginning(match.group(1)) for match in _REFERENCE.finditer(found.group()))
    base, saved = max(((one, _saved(one, times)) for one, times in bases.items()), key=_second, default=("", 0))
    if saved <= 0:
        return found.group()
    row = found.group().replace(f'data-ref="{base}', f'data-ref="{RELATIVE}')
    return row.replace("<tr", f'<tr {BASE}="{base}"', 1)


def _beginning(ref: str) -> str:
    """What a reference may share: a metric with its dot, or a mart with all keys; nothing where there is neither."""
    head = ref.partition("/")[0]
    return head[: head.index(".") + 1] if "." in head else ref[: ref.rfind("/") + 1]


def _saved(base: str, times: int) -> int:
    """How many characters it saves to write a beginning once, as an attribute, instead of some times."""
    return times * (len(base) - len(RELATIVE)) - len(f' {BASE}="{base}"') if base else 0


def _second(entry: tuple[str, int]) -> int:
    return entry[1]


def _shared_table(table: str) -> str:
    """The first two parts of the rows' bases, the mart and the run, on the table where they are the same in all."""
    starts = {"/".join(base.split("/")[:2]) + "/" if "/" in base else "" for base in _BASE.findall(table)}
    if len(starts) != 1 or starts == {""}:
        return table
    (start,) = starts
    return table.replace(f'{BASE}="{start}', f'{BASE}="{RELATIVE}').replace("<table", f'<table {BASE}="{start}"', 1)


def environment() -> Environment:
    """Return the template environment: everything escaped, a missing name is an error."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_style(catalog: Catalog) -> Markup:
    """Return the style sheet with the frameworks' colours."""
    return Markup(neutral_style() + colour_rules(catalog))


def probe_style() -> Markup:
    """Return the rules that only the pages of the probes need."""
    return Markup((_TEMPLATES / "probes.css").read_text(encoding="utf-8"))


def neutral_style() -> str:
    """Return the style sheet without any framework's colour."""
    return (_TEMPLATES / "style.css").read_text(encoding="utf-8")


def _charts(parts: dict[str, Any]) -> dict[str, Any]:
    """What the page of further charts needs of what the main page was made from."""
    return parts | {
        "title": f"More charts. Barometer, {parts['edition']}",
        "description": "Factor by factor, the charts that the main page has no room for.",
        "sections": [section for section in parts["sections"] if section.more],
    }


def _index(
    figures: Figures, connection: Connection, previous: dict[str, Any] | None, told: dict[str, list[Pointer]]
) -> dict[str, Any]:
    catalog = figures.catalog
    names = [framework.label for framework in catalog.frameworks]
    question = f"{', '.join(names[:-1])} or {names[-1]}?"
    advised = answers.make_answers(figures)
    return {
        "title": f"{question} Barometer, {figures.marts.edition}",
        "description": f"{question} Measured factor by factor and reader by reader, with the uncertainty shown.",
        "edition": figures.marts.edition,
        "question": question,
        "frameworks": catalog.frameworks,
        "scored": [factor.key for factor in catalog.scored_factors],
        "labels": {dataset.key: dataset.label for dataset in catalog.datasets},
        "pages": {DATASET: BENCHMARK_PAGE},
        "threshold": figures.show("edition/pick_threshold"),
        "interval": figures.show("edition/interval"),
        "draws": figures.show("edition/draws"),
        "need": percent(catalog.method.pick_threshold),
        "opening": answers.make_opening(figures, advised),
        "answers": advised,
        "odds": answers.odds_exhibit(figures),
        "changes": changes.make_changes(figures, previous),
        "probed": make_probe_changes(figures),
        "probe_pages": PAGES,
        "board": scoreboard.make_scoreboard(figures),
        "sections": sections.make_sections(figures, told),
        "claims": ledger.make_claims(figures),
        "sources": ledger.make_sources(figures),
        "example": ledger.make_example(figures),
        "queries": ledger.make_queries(figures, connection),
    }
