"""Figures of the subthreshold study: samples of the filters, their weights."""
