"""Step 2: dramatic cores, and a soul written from one of them."""
