"""Results that can be trusted: files whole or not at all, digests, metrics, attributes, provenance."""
