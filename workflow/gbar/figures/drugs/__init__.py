"""Figures of drugs: dose-response, action potentials under doses, scores by class of risk, populations."""
