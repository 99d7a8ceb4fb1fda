"""Footprint: findings follow the rows; leads, ties, lone figures and none."""

from __future__ import annotations

from barometer.catalog import Catalog
from reports.figures import Figures
from reports.probes import (
    footprint,
    footprint_charts,
)
from reports.stacks import Stack
from tests.reports.probe_rows import (
    Row,
    figures_of,
    said,
    told,
    ways_of,
    weighed,
)


def footprint_of(catalog: Catalog, *rows: Row) -> tuple[Figures, list[Stack]]:
    return figures_of(catalog, footprint=list(rows)), ways_of(catalog, rows)


def test_the_lightest_and_the_quickest_are_one_or_two(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint.footprint_finding(*footprint_of(catalog, *rows), rows))

    one = of(weighed("jax", 544 * 2**20, 0.41), weighed("torch", 761 * 2**20, 0.98))
    assert one == "JAX takes least on the disk, 544 MiB, and imports quickest, in 410 ms warm"
    two = of(weighed("jax", 544 * 2**20, 1.41), weighed("torch", 761 * 2**20, 0.98))
    assert two == "JAX takes least on the disk, 544 MiB; PyTorch imports quickest, in 980 ms warm"
    unread = [weighed("jax", 544 * 2**20, import_warm_s=None), weighed("torch", 761 * 2**20, import_warm_s=None)]
    assert of(*unread) == "JAX takes least on the disk, 544 MiB"
    assert of(weighed("jax", 1, installed_bytes=None, import_warm_s=None)) == footprint.NOTHING


def test_least_and_most_a_tie_and_a_lone_figure(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        figures, ways = footprint_of(catalog, *rows)
        return said(footprint_charts.extremes_finding(figures, ways, rows, "installed_bytes", "take"))

    same = weighed("keras-tensorflow", 2**31), weighed("tensorflow", 2**31)
    assert of(weighed("jax", 2**29), *same) == (
        "JAX takes least, 512 MiB; Keras on TensorFlow and TensorFlow take most, 2 GiB"
    )
    assert of(*same) == "Every environment of Keras on TensorFlow and TensorFlow takes 2 GiB"
    assert of(same[0]) == "Only Keras on TensorFlow has a figure: it takes 2 GiB"
    assert of(weighed("jax", 1, installed_bytes=None)) == "Nobody has a figure"


def test_imports_that_overlap_are_a_tie(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint_charts.import_finding(*footprint_of(catalog, *rows), rows))

    lead = of(weighed("jax", 1, 0.4), weighed("torch", 1, 1.0), weighed("keras-torch", 1, 2.4))
    assert lead == "JAX imports quickest, in 400 ms warm; Keras on PyTorch takes 2.4 s"
    tie = of(weighed("jax", 1, 1.0), weighed("torch", 1, 1.05))
    assert tie == "JAX and PyTorch cannot be told apart at importing warm: 1 s and 1.05 s"
    three = of(weighed("jax", 1, 1.0), weighed("torch", 1, 1.05), weighed("keras-torch", 1, 2.4))
    assert three.endswith("1 s and 1.05 s; Keras on PyTorch takes 2.4 s")
    assert of(weighed("jax", 1, 0.4)) == "Only JAX was timed: a warm import takes 400 ms"


def test_whether_keras_needs_tensorflow_is_told_by_a_run_without_it(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint.needs_finding(*footprint_of(catalog, *rows), rows))

    runs = [weighed("keras-jax", 1), weighed("keras-torch", 1), weighed("keras-tensorflow", 1)]
    assert of(*runs) == "With tensorflow absent, Keras on PyTorch and Keras on JAX train"
    fails = [{**row, "trains": False} for row in runs]
    assert of(*fails) == "With tensorflow absent, Keras on PyTorch and Keras on JAX do not train"
    assert of(runs[0], fails[1]) == "With tensorflow absent, Keras on JAX trains, but Keras on PyTorch does not train"
    assert of(runs[2]).startswith("No training was tried with")
    assert of(weighed("jax", 1)).startswith("No training was tried with")


def test_metadata_that_names_a_framework_and_metadata_that_does_not(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint.declared_finding(*footprint_of(catalog, *rows), rows))

    keras, tensorflow = weighed("keras-jax", 1), weighed("tensorflow", 1, requires_frameworks="keras")
    assert of(keras, tensorflow) == "By its own metadata, TensorFlow requires Keras; Keras requires no framework"
    assert of(keras) == "By their metadata, none of one framework requires another"
    below = weighed("keras-jax", 1, requires_frameworks="tensorflow")
    assert of(below) == "By its own metadata, Keras requires TensorFlow"
    assert of(weighed("jax", 1, requires=None)) == "No metadata was read"
    turned = told(footprint.surprises(*footprint_of(catalog, keras, tensorflow), [keras, tensorflow]))
    assert "It is TensorFlow whose metadata requires Keras, not the other way round." in turned
    both = [below, tensorflow]
    assert "the other way round" not in told(footprint.surprises(*footprint_of(catalog, *both), both))


def test_heavy_packages_and_slow_first_imports_surprise(catalog: Catalog) -> None:
    heavy = weighed("torch", 800, largest="torch", largest_bytes=700, import_cold_s=7.8, import_warm_s=2.0)
    lines = told(footprint.surprises(*footprint_of(catalog, heavy), [heavy]))
    assert "One package is most of PyTorch: torch holds 700 B of 800 B." in lines
    assert "in PyTorch: 7.8 s cold, 2 s warm." in lines
    light = weighed("torch", 800)
    assert footprint.surprises(*footprint_of(catalog, light), [light]) == []
