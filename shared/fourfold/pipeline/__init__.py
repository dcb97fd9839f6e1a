"""The six-step pipeline. Each step has a module with its prompt, its output model and its checks.

A run goes one way: `submit` stores it and starts the execution (`new_run`, `regeneration`); `execute_step` runs each
step; `complete_run` or `fail_run` ends it.
"""
