"""The one training loop: epochs, samples, history, checkpoints, optimisers."""
