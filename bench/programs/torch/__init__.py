"""The workloads in plain PyTorch: nn.Module, autograd and torch.optim, eager or through torch.compile."""
