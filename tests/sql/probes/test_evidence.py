"""Evidence of the probes, against arithmetic of this file: shares, lines, bytes, needs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

import pytest

from sources.bench_results import parse_payload
from sources.probe_results import TERMS
from sources.protocol import Payload
from tests.probe_runs import (
    EXPORTS,
    FAULTS,
    FORMS,
    IMPORTS,
    LINES,
    OBJECTS,
    OUTCOMES,
    PROBES,
    PROGRAMS,
    WEIGHTS,
    file,
    record,
    stack,
    unit,
    whole,
)
from tests.sql.probes.support import AS_OF, DEFAULT, LANDED, MARTS, check, figures, note, world_of
from tests.sql.world import World
from warehouse.load import Delivery, Loader

FRAMEWORK = {"torch": "pytorch", "keras": "keras", "jax": "jax", "tensorflow": "tensorflow"}
Ends = tuple[float, float, float]

# The 95 % points of the normal and of Student's t with three degrees of freedom (any table).
Z, T3 = 1.6448536, 2.3534


def wilson(hits: float, n: int) -> Ends:
    """Share, low and high by the formula of any textbook."""
    share, square = hits / n, Z * Z
    middle = (hits + square / 2) / (n + square)
    reach = Z / (n + square) * math.sqrt(hits * (n - hits) / n + square / 4)
    return share, max(middle - reach, 0.0), min(middle + reach, 1.0)


def span(ways: Mapping[str, Ends]) -> Ends:
    """The default way's figure, the mean where it has none, between the lowest and the highest end of all."""
    values = [way[0] for name, way in ways.items() if name in DEFAULT] or [fmean(way[0] for way in ways.values())]
    return values[0], min(way[1] for way in ways.values()), max(way[2] for way in ways.values())


def by_framework(ways: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Ways by the catalogue's framework: that with which the name begins."""
    found: dict[str, dict[str, Any]] = {}
    for name, way in ways.items():
        found.setdefault(FRAMEWORK[name.split("-")[0]], {})[name] = way
    return found


def shares(cells: Mapping[str, Iterable[float | None]]) -> dict[str, Ends]:
    """A figure a framework, from the cells of each way; None is no cell."""
    counted = {name: [one for one in values if one is not None] for name, values in cells.items()}
    ways = by_framework({name: wilson(sum(values), len(values)) for name, values in counted.items() if values})
    return {framework: span(found) for framework, found in ways.items()}


def paired(lines: Mapping[str, Sequence[float]]) -> dict[str, Ends]:
    """Cousineau's interval with Morey's correction, by framework: every row has the same cells."""
    logs = {name: [math.log(value) for value in values] for name, values in lines.items()}
    means = [fmean(values) for values in zip(*logs.values(), strict=True)]
    found = {}
    for name, values in logs.items():
        own = [
            (value - mean) * math.sqrt(len(logs) / (len(logs) - 1)) for value, mean in zip(values, means, strict=True)
        ]
        reach = T3 * stdev(own) / math.sqrt(len(own))
        found[name] = tuple(math.exp(fmean(values) + sign * reach) for sign in (0, -1, 1))
    return {FRAMEWORK[name]: ends for name, ends in found.items()}


def signalled(outcomes: Mapping[str, tuple[str | None, ...]], *told: str) -> dict[str, list[float | None]]:
    """A fault's mean over its styles: the first as given, the second raised; handled ones count in neither."""
    found: dict[str, list[float | None]] = {}
    for name, became in outcomes.items():
        pairs = [[one for one in (first, "raised") if one != "handled"] for first in became]
        found[name] = [
            None if first is None else fmean(one in told for one in pair)
            for first, pair in zip(became, pairs, strict=True)
        ]
    return found


def test_without_a_file_everything_is_empty_and_says_so():
    world = World().build()
    assert {name: world.rows(f"select count(*) from marts.{name}")[0][0] for name in MARTS} == dict.fromkeys(MARTS, 0)
    assert figures(world) == {}
    told = world.rows("select status, rows, missing from marts.source_health where dataset = 'probes'")
    lost = "ease of use, debugging, graph or eager, deployment, integration"
    assert told == [("not_configured", 0, lost)]


def test_every_mart_is_filled_and_every_audit_holds(probed: World):
    counts = {name: probed.rows(f"select count(*) from marts.{name}")[0][0] for name in MARTS}
    assert counts == {
        "probe_runs": len(PROBES),
        "ease": len(PROGRAMS) * 4 * 3,
        "ease_changes": len(PROGRAMS) * 2,
        "ease_sources": len(LINES),
        "debugging": sum(2 * (1 + 2 * len(FAULTS)) + _bare(name, outcomes) for name, outcomes in OUTCOMES.items()),
        "debugging_faults": 6 * 4 * 2,
        "debugging_aids": len(OUTCOMES),
        "control_flow": len(FORMS) * 3 * 2 * 2,
        "deployment": len(EXPORTS) * 2 * 2,
        "deployment_serving": len(EXPORTS) * 2 * 2 * 2,
        "integration": len(OBJECTS) * 5,
        "integration_loaders": len(OBJECTS) + 1,
        "footprint": len(WEIGHTS),
    }
    assert check(probed) > 800


def _bare(name: str, outcomes: tuple[str | None, ...]) -> int:
    """Cells without traceback filters: raised ones of a stack that has any."""
    if name.startswith("torch"):
        return 0
    return sum((one == "raised") + (one is not None) for one in outcomes)


SHARES: dict[str, dict[str, Ends]] = {
    "faults_signalled": shares(signalled(OUTCOMES, "raised", "warned")),
    "faults_silent": shares(signalled(OUTCOMES, "silent")),
    "control_flow_runs": shares(
        {name: [one == "runs-right" for one in outcomes for _ in (1, 2)] for name, outcomes in FORMS.items()}
    ),
    "integration_accepts": shares(
        {name: [None if one == "not-run" else one == "accepted" for one in found] for name, found in OBJECTS.items()}
    ),
    "integration_accepts_named": shares(
        {name: [found[at] == "accepted" for at in (0, 1, 4)] for name, found in OBJECTS.items()}
    ),
    # One artefact in four cannot be put to anything without an interpreter, and one format never came out.
    "export_formats": {
        "keras": span({"keras-tensorflow": wilson(4, 4), "keras-torch": wilson(0, 4)}),
        "pytorch": wilson(4, 4),
        "tensorflow": wilson(2, 2),
        "jax": wilson(0, 2),
    },
    "export_onnx": {
        "keras": span({"keras-tensorflow": wilson(2, 2), "keras-torch": wilson(0, 2)}),
        "pytorch": wilson(2, 2),
    },
    "export_savedmodel": {
        "keras": span({"keras-tensorflow": wilson(2, 2), "keras-torch": wilson(0, 2)}),
        "tensorflow": wilson(2, 2),
    },
    "export_without_python": {
        "keras": span({"keras-tensorflow": wilson(2, 2), "keras-torch": wilson(0, 2)}),
        "pytorch": wilson(2, 4),
        "tensorflow": wilson(2, 2),
    },
}


@pytest.mark.parametrize("metric", SHARES)
def test_a_share_is_counted_over_its_cells_and_spans_the_ways(probed: World, metric: str):
    found = {name.split(".")[1]: ends[:3] for name, ends in figures(probed).items() if name.startswith(f"{metric}.")}
    assert found == {framework: pytest.approx(ends, abs=1e-7) for framework, ends in SHARES[metric].items()}


def test_the_faulty_line_counts_over_signals_alone(probed: World):
    found = figures(probed)
    # Both styles of every fault that is signalled in one of them; one of these shows its line.
    assert found["faults_located.pytorch"] == (*map(pytest.approx, wilson(1, 5)), 5)
    assert found["faults_located.keras"] == (*map(pytest.approx, wilson(1, 4)), 4)
    # Where no layer is at fault, none can be named.
    assert found["message_names_layer.pytorch"] == (*map(pytest.approx, wilson(1, 1)), 1)


@pytest.mark.parametrize(("metric", "times", "more"), [("lines_to_define", 1, 0), ("lines_to_train", 2, 1)])
def test_lines_are_compared_workload_by_workload(probed: World, metric: str, times: int, more: int):
    own = {name: [times * one + more for one in lines] for name, lines in LINES.items() if name != "lightning"}
    for framework, ends in paired(own).items():
        assert figures(probed)[f"{metric}.{framework}"] == (*map(pytest.approx, ends), 4)
    assert "lightning" not in note(probed, f"{metric}.pytorch")
    assert "4 workloads (cnn, gpt, lstm, mlp) in torch" in note(probed, f"{metric}.pytorch")


def test_a_change_counts_in_a_way_that_has_them_all(probed: World):
    value, low, high, n = figures(probed)["change_cost.keras"]
    assert (value, n) == (pytest.approx(math.sqrt(4 * 6)), 2)
    assert low < value < high
    assert "in keras-tensorflow;" in note(probed, "change_cost.keras")
    assert "keras-jax" not in note(probed, "change_cost.keras")


def test_counts_bytes_and_seconds(probed: World):
    found = figures(probed)
    # What only a GPU shows is no place to put a fault in.
    assert found["fault_places.keras"] == (4.0, None, None, 5)
    assert found["fault_places.pytorch"] == (5.0, None, None, 5)
    assert found["installed_bytes.pytorch"] == (0.9e9, None, None, 1)
    assert found["installed_bytes.keras"] == (2.0e9, 0.7e9, 2.0e9, 1)
    logs = [math.log(one) for one in IMPORTS]
    reach = T3 * stdev(logs) / 2
    ends = [math.exp(fmean(logs) + sign * reach) for sign in (0, -1, 1)]
    assert found["import_seconds.jax"] == (*map(pytest.approx, ends), 4)
    # Two workloads, the second twice as slow: in microseconds.
    assert found["export_latency.pytorch"][0] == pytest.approx(100 * math.sqrt(2))


def test_a_package_is_needed_only_where_nothing_runs_without_it(probed: World):
    assert figures(probed)["runs_without_tensorflow.keras"] == (1.0, None, None, 1)
    fails = record("footprint_training", **stack("keras-jax"), status="fails", tensorflow_found=False)
    world = world_of(file(unit("footprint", "training/keras-jax", fails)))
    assert figures(world) == {"runs_without_tensorflow.keras": (0.0, None, None, 1)}
    there = record("footprint_training", **stack("keras-tensorflow"), tensorflow_found=True)
    assert figures(world_of(file(unit("footprint", "training/keras-tensorflow", there)))) == {}


def test_a_stranger_is_read_where_it_is_installed_and_an_index_goes_before(probed: World):
    told = "select value, dataset, source, note from marts.evidence where evidence_id = 'names_deep_learning.fastapi'"
    [(value, dataset, source, words)] = probed.rows(told)
    assert (value, dataset, source) == (0.0, "probes", "The probes")
    where = "the summary, keywords and classifiers of fastapi 0.1 as it was found installed"
    assert words == f"read in {where}: no sampling error"
    world = World(AS_OF, None, [TERMS]).give(
        "package_facts", "project version summary classifiers", [("fastapi", "9.9", "a neural network", [])]
    )
    payload = Payload("probes", "probes", "FILE run/x", LANDED, whole("footprint"))
    Loader(world.connection).load(Delivery("probes", "test", payload, parse_payload(payload)))
    world.build("core.evidence_packages")
    told = "select value, population from core.evidence_packages where framework = 'fastapi'"
    assert world.rows(told) == [(1.0, None)]
