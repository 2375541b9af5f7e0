"""Drugs: what they block, how they bind to hERG, how uncertain that is, and how dangerous they are."""
