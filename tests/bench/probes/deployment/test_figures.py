"""Deployment's figures on known values: percentiles, streams, answers, inputs."""

from __future__ import annotations

import time
import warnings
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from bench.probes.deployment import latency, samples, serving, words
from bench.probes.deployment.runtimes import matched
from bench.probes.deployment.samples import Shape


@pytest.mark.parametrize(("share", "rank"), [(0.5, 50), (0.9, 90), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_the_nearest_rank(share: float, rank: int):
    values = [float(value) for value in range(100, 0, -1)]
    assert latency.percentile(values, share) == rank


def test_a_percentile_of_few_values_is_one_of_them():
    assert latency.percentile([3.0], 0.99) == 3.0
    assert latency.percentile([1.0, 2.0, 9.0], 0.5) == 2.0
    with pytest.raises(ValueError, match="needs a value"):
        latency.percentile([], 0.5)


def test_a_stream_ends_when_it_has_its_queries_and_its_time():
    asked = count()
    short = latency.single_stream(lambda: next(asked), latency.Stream(queries=7, seconds=0.0, warm=3))
    assert len(short) == 7
    assert next(asked) == 10
    timed = latency.single_stream(lambda: time.sleep(0.01), latency.Stream(queries=1, seconds=0.05, warm=0))
    assert sum(timed) >= 0.04
    assert len(timed) > 1


def test_a_stream_measures_the_query():
    figures = latency.figures([latency.single_stream(lambda: time.sleep(0.01), latency.Stream(5, 0.0, 0))])
    assert figures["queries"] == 5
    assert figures["process_p50_s"] == [figures["p50_s"]]
    assert 0.01 <= figures["p50_s"] <= figures["p90_s"] <= figures["p99_s"]
    assert figures["stream_seconds"] >= 0.05


def test_streams_of_several_processes_are_one_and_each_has_its_own_median():
    figures = latency.figures([[1.0, 1.0, 5.0], [2.0, 2.0], [3.0]])
    assert figures["process_p50_s"] == [1.0, 2.0, 3.0]
    assert (figures["queries"], figures["stream_seconds"]) == (6, 14.0)
    assert (figures["p50_s"], figures["p99_s"]) == (2.0, 5.0)
    assert latency.FULL.processes >= 3
    assert latency.FULL.processes * latency.FULL.queries > 100


def test_a_difference_is_absolute_and_over_the_largest_value_expected():
    expected = np.array([[1.0, -4.0]], np.float32)
    absolute, relative, reason = samples.difference(expected + np.float32(0.5), expected)
    assert (absolute, relative, reason) == (0.5, 0.125, "")


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ([[1.0, 2.0]], "answers", ""),
        ([[1.0, 2.0001]], "answers", ""),
        ([[1.0, 2.001]], "differs", "off by 0.0005"),
        ([[1.0], [2.0]], "differs", "shape [2, 1], expected is [1, 2]"),
        ([[1.0, float("nan")]], "differs", "not finite"),
    ],
)
def test_an_answer_is_judged_by_the_frameworks_own(answer: list[list[float]], status: str, said: str):
    judged = serving.verdict(np.array(answer, np.float32), np.array([[1.0, 2.0]], np.float32))
    assert judged["status"] == status
    assert said in judged["reason"]
    assert bool(judged["reason"]) == bool(said)


def test_an_errors_first_line_has_no_path_and_no_colour():
    error = RuntimeError("\n\x1b[96mcannot read /srv/models/model.onnx\x1b[0m\nat line 5")
    assert words.words_of(error) == "RuntimeError: cannot read model.onnx"
    assert words.first_line("unknown <Layer at 0x7f3a5c0012d0>") == "unknown <Layer at 0x...>"
    assert words.words_of(ValueError()) == "ValueError: without a message"
    assert words.first_line("Check failed:\nFrontEnd failed with Conversion:\nno such op\nmore") == (
        "Check failed: FrontEnd failed with Conversion: no such op"
    )


def test_a_librarys_word_on_its_deprecation_is_kept_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            warnings.warn("`jit.trace` is deprecated. Use export.", DeprecationWarning, stacklevel=1)
        warnings.warn("something else", UserWarning, stacklevel=1)
    assert words.deprecations(caught) == "`jit.trace` is deprecated. Use export."


def test_inputs_find_the_artefacts_own_by_kind_and_rank():
    given = {"categories": np.zeros((2, 8), np.int32), "dense": np.ones((2, 13), np.float32)}
    wanted = [("serving:args_1", np.dtype(np.float32), 2), ("serving:args_0", np.dtype(np.int64), None)]
    found = matched(given, wanted)
    assert found["serving:args_1"].shape == (2, 13)
    assert found["serving:args_0"].dtype == np.int64
    with pytest.raises(ValueError, match="wants an input tokens"):
        matched(given, [("tokens", np.dtype(np.int32), 3)])


@pytest.mark.parametrize("workload", ["mlp", "cnn", "dlrm", "ragged"])
def test_a_set_of_inputs_has_the_shape_that_was_asked(workload: str, tmp_path: Path):
    traced = samples.open_shape(workload, 2)
    shapes = samples.shapes(workload, traced)
    assert {name: shape.batch for name, shape in shapes.items()} == {"traced": 2, "single": 1, "other": 3}
    assert (shapes["other"].length != traced.length) == (workload == "ragged")
    given = samples.inputs(workload, 0, shapes["other"])
    assert {len(array) for array in given.values()} == {3}
    if workload == "ragged":
        assert given["x"].shape == (3, samples.OTHER_LENGTH)
    samples.save(tmp_path, "other", given, np.arange(3.0, dtype=np.float32))
    read, expected = samples.read(tmp_path, "other")
    assert list(read) == list(given)
    assert all(np.array_equal(read[name], given[name]) for name in given)
    assert expected.tolist() == [0, 1, 2]


def test_another_batch_is_never_the_one_it_was_made_with():
    assert samples.shapes("mlp", Shape(samples.OTHER_BATCH))["other"].batch == samples.OTHER_BATCH + 1
