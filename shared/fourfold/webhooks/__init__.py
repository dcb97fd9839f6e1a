"""Webhooks: who wants which events, and how a signed request reaches them and nobody else."""
