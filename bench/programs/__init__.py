"""One folder a framework, one file a workload: the model as that framework would have it written."""
