"""Sweeps from design to store: design tables, row identities, plans, blocks, gathering, tables of beats."""
