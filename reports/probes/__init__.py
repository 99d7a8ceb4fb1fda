"""The pages of the probes: ease of use, debugging, graph or eager, deployment with integration and footprint."""
