"""Language models as the product sees them: the port, the fallback chain over several models, and their names."""
