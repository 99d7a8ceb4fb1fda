"""The timing runner's place: workloads, probes, result files. Nothing here yet; reports say so where it matters."""
