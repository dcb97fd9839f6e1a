"""Background jobs: what the voice fingerprint and the provocation suite share.

A job is a run of its own kind with its own log. It works through items (scenarios, tests), keeps each as soon as it is
done, and may be killed and delivered again at any moment: what is kept is not asked twice.
"""
