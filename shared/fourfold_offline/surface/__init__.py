"""Step 5: name, age, place, work and looks."""
