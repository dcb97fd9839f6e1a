"""What the composer infers where a brief is silent: age, work, name, the culture a scene is set in."""
