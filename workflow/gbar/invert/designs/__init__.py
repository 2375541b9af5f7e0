"""Which network an inverter is made of: random designs, their trials, ranks, seeds, the golden one, training sizes."""
