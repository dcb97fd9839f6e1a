"""Where the system runs: the CDK stacks, their constructs, and the engine of the laptop."""
