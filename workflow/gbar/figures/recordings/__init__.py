"""Figures of recordings, as `gbar recording` draws them."""
