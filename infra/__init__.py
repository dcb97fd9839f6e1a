"""Where the system runs: the CDK stacks, their constructs, and the local engine."""
