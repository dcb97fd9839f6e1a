"""One construct for each capability, with its functions and what these may touch."""
