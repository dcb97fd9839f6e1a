"""How the system is entered: one folder for each Lambda function."""
