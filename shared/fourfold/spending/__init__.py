"""What a workspace spends on model calls: counted by day when work ends."""
