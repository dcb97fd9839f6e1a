"""A persona's voice: system prompt, chat, fingerprint, calibration and drift."""
