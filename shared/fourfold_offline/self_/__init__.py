"""Step 3: the psychometrics of a soul."""
