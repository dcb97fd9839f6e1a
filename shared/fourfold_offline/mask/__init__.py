"""Step 4: a voice for soul and self."""
