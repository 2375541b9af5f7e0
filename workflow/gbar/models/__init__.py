"""Trained networks as folders: parameters without pickle, a card, a history."""
