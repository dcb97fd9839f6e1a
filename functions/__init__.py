"""Entry points: one folder for each Lambda function, and the wiring they share."""
