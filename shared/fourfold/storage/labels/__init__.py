"""Label sets of workspaces."""
