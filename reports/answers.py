"""The short answer: for each reader what to take, how sure that is, why, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from barometer.catalog import Reader
from reports import findings
from reports.charts.advice import recommendations_chart
from reports.exhibits import Exhibit, Plan, Table, make_exhibit
from reports.figures import Figures, percent
from reports.marts import Row, reference


@dataclass(frozen=True)
class Answer:
    """One reader's row. `state` is pick, leaning or open; bars are CSS lengths of assured, even and possible."""

    reader: Reader
    state: str
    verdict: Markup
    framework: str | None
    label: str
    assured: Markup
    even: Markup
    possible: Markup
    bars: tuple[str, str, str]
    measured: Markup
    reasons: list[Markup]
    unless: Markup
    settles: Markup | None


def make_answers(figures: Figures) -> list[Answer]:
    """Return one answer a reader of the catalogue, in its order; a reader without advice is left out."""
    readers = [reader for reader in figures.catalog.readers if figures.marts.row("picks", reader.key)]
    return [_answer(figures, reader) for reader in readers]


def _answer(figures: Figures, reader: Reader) -> Answer:
    pick = figures.marts.row("picks", reader.key) or {}
    rows = [row for row in figures.marts.tables["recommendations"] if row["reader"] == reader.key]
    rows = sorted(rows, key=lambda row: -row["p_best_even"])
    front = next((row for row in rows if row["framework"] == (pick["pick"] or pick["lean"])), rows[0])
    names = labels(figures)
    return Answer(
        reader=reader,
        state="pick" if pick["pick"] else "leaning" if pick["lean"] else "open",
        verdict=verdict_words(figures, pick),
        framework=front["framework"],
        label=names[front["framework"]],
        assured=figures.show(reference("recommendations", front, "p_best")),
        even=figures.show(reference("recommendations", front, "p_best_even")),
        possible=figures.show(reference("recommendations", front, "p_best_possible")),
        bars=(percent(front["p_best"]), percent(front["p_best_even"]), percent(front["p_best_possible"])),
        measured=figures.show(f"picks/{reader.key}/measured_weight"),
        reasons=_reasons(figures, pick, rows, front["framework"]),
        unless=_unless(figures, pick, front["framework"]),
        settles=_settles(figures, pick),
    )


def labels(figures: Figures) -> dict[str, str]:
    """Return each framework's name."""
    return {framework.key: framework.label for framework in figures.catalog.frameworks}


def verdict_words(figures: Figures, pick: Row) -> Markup:
    """Return the pick, or between whom it is too close to call."""
    names = labels(figures)
    if pick["pick"]:
        return Markup("Take <strong>{}</strong>").format(names[pick["pick"]])
    contenders = [names[key] for key in pick["contenders"] or [] if key in names]
    if len(contenders) > 1:
        listed = Markup(", ").join(Markup("<strong>{}</strong>").format(name) for name in contenders[:-1])
        return Markup("Too close to call: {} or <strong>{}</strong>").format(listed, contenders[-1])
    if contenders:
        return Markup("Too close to call, leaning clearly to <strong>{}</strong>").format(contenders[0])
    return Markup("Too close to call")


def _reasons(figures: Figures, pick: Row, rows: list[Row], front: str) -> list[Markup]:
    """The sentences of the two strongest factors, each about the measure where the front runner is furthest ahead."""
    rivals = [row["framework"] for row in rows if row["framework"] != front]
    sentences = []
    for factor in pick["reasons"] or []:
        label = next((f.label for f in figures.catalog.factors if f.key == factor), factor)
        best = _strongest(figures, factor, front, rivals)
        if best is not None:
            sentences.append(Markup('<a href="#{}">{}</a>: {}.').format(factor, label, best))
    return sentences


def _strongest(figures: Figures, factor: str, front: str, rivals: list[str]) -> Markup | None:
    """What speaks most for the front runner against its nearest rival, on a standing measure of the factor."""
    best: tuple[float, Markup] | None = None
    for metric in figures.catalog.metrics:
        rows = [
            row
            for row in findings.ranked(figures, metric.key)
            if row["framework"] == front or row["framework"] in rivals
        ]
        if metric.factor != factor or not metric.standing or len(rows) < 2 or rows[0]["framework"] != front:
            continue
        pair = f"{rows[0]['evidence_id']}/{rows[1]['framework']}"
        lead = figures.row(pair)["ratio"] if figures.has(pair) else 1.0
        lead = 1 / lead if rows[0]["better"] == "lower" and lead else lead
        sentence = findings.comparison(figures, metric.key, front, rows[1]["framework"])
        if sentence is not None and findings.is_apart(figures, rows[0], rows[1]) and (best is None or lead > best[0]):
            best = (lead, sentence)
    return best[1] if best else None


def _unless(figures: Figures, pick: Row, front: str) -> Markup:
    """The smallest change of one weight that turns the answer round."""
    names = labels(figures)
    if not pick["flip_factor"] or pick["flips_to"] not in names:
        return Markup("On what is measured, no change of one factor's weight alone puts another ahead of {}.").format(
            names[front]
        )
    label = next(f.label for f in figures.catalog.factors if f.key == pick["flip_factor"])
    change = "more" if pick["flip_weight_to"] > pick["flip_weight_from"] else "less"
    return Markup(
        "{} weighs {} with you than we assumed: at {} instead of {} of the decision, {} comes out ahead."
    ).format(
        Markup('<a href="#{}">{}</a>').format(pick["flip_factor"], label),
        change,
        figures.show(f"picks/{pick['reader']}/flip_weight_to"),
        figures.show(f"picks/{pick['reader']}/flip_weight_from"),
        names[pick["flips_to"]],
    )


def _settles(figures: Figures, pick: Row) -> Markup | None:
    """The unmeasured factor that weighs most with this reader, and the outcome there that would turn the answer."""
    if not pick["settle_factor"]:
        return None
    names = labels(figures)
    label = next(f.label for f in figures.catalog.factors if f.key == pick["settle_factor"])
    weight = figures.show(f"weights/{pick['reader']}/{pick['settle_factor']}/weight")
    link = Markup('<a href="#{}">{}</a>').format(pick["settle_factor"], label)
    told = Markup("{}, {} of this decision, is not fully measured yet.").format(link, weight)
    rival, lead = pick.get("settle_rival"), pick.get("settle_lead")
    if rival not in names or lead is None or lead <= 0 or pick["lean"] not in names:
        return told
    turned = Markup(" If {} turns out ahead of {} there by {} or more, the answer turns to {}.")
    return told + turned.format(
        names[rival], names[pick["lean"]], figures.show(f"picks/{pick['reader']}/settle_lead"), names[rival]
    )


def make_opening(figures: Figures, answers: list[Answer]) -> Markup:
    """Return the page's first sentence: how many readers have a pick, and where the rest leans."""
    picks = [answer for answer in answers if answer.state == "pick"]
    leans = [answer.label for answer in answers if answer.state == "leaning"]
    if answers and len(picks) == len(answers):
        return Markup("Every kind of reader has a clear pick.")
    opening = (
        "No kind of reader has a clear pick yet." if not picks else "Some readers have a clear pick, others not yet."
    )
    if not leans:
        return Markup("{} The figures do not lean either way.").format(opening)
    if len(set(leans)) == 1:
        return Markup("{} Whatever is open leans to <strong>{}</strong>.").format(opening, leans[0])
    return Markup("{} What is open leans different ways for different readers.").format(opening)


def odds_exhibit(figures: Figures) -> Exhibit | None:
    """Return the chart of every reader's chances with the table behind it."""
    order = {framework.key: i for i, framework in enumerate(figures.catalog.frameworks)}
    readers = {reader.key: i for i, reader in enumerate(figures.catalog.readers)}
    rows = [
        row for row in figures.marts.tables["recommendations"] if row["framework"] in order and row["reader"] in readers
    ]
    rows = sorted(rows, key=lambda row: (readers[row["reader"]], order[row["framework"]]))
    names = labels(figures)
    cells = [
        [
            Markup("{}: {}").format(figures.catalog.readers[readers[row["reader"]]].label, names[row["framework"]]),
            *[
                figures.bare(reference("recommendations", row, c))
                for c in ("p_best", "p_best_even", "p_best_possible", "rank_low", "rank_high")
            ],
        ]
        for row in rows
    ]
    table = Table(
        "Chance of being best, and the range of ranks, for every reader",
        ["Reader and framework", "Assured", "If even", "Possible", "Best rank", "Worst rank"],
        cells,
    )
    plan = Plan(
        "odds",
        "recommendations",
        "",
        "Chance of being the best choice, by reader",
        recommendations_chart,
        (),
        "reader",
        "Solid: assured. Middle: if the unmeasured is even. Pale: still possible. Dashed: what assured must reach.",
    )
    return make_exhibit(figures, plan, rows, _odds_title(figures, rows), table)


def _odds_title(figures: Figures, rows: list[Row]) -> Markup:
    sure = [row for row in rows if row["p_best"] >= figures.catalog.method.pick_threshold]
    threshold = figures.show("edition/pick_threshold")
    if sure:
        return (
            Markup("A pick needs {} assured, and not every reader has one").format(threshold)
            if len(sure) < len({row["reader"] for row in rows})
            else Markup("Every reader has a pick above {}").format(threshold)
        )
    return Markup("No framework is assured {} for any reader yet").format(threshold)
