"""What a run will cost, before it starts: its prompts are counted, no model is called and nothing is stored."""
