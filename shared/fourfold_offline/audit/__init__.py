"""Step 6: the audit by rule."""
