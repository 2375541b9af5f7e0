"""The gating study: hidden gates, and which current was altered, from the voltage and calcium of a paced cell."""
