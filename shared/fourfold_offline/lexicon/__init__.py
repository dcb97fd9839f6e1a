"""Word lists with their look-ups: names, places, occupations and trades, words of temperament."""
