"""What is done to a persona once it stands: changed by its owner, deleted."""
