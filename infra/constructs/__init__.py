"""One construct per capability, in the module named for it."""
