"""The subthreshold study: a network that filters a noisy current into the voltage of a neuron that does not spike."""
