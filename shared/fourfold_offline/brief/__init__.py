"""Step 1: what a brief states: language, name, age, gender, places, work, events of a life, temperament."""
