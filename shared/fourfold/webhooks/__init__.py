"""Webhooks: endpoints and their events, signed requests, retries, and the check of their targets."""
