"""The six-step pipeline: a module for each step holds its prompt, its output model and its checks."""
