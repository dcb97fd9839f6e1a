"""Deployment units: `data` holds what must not be lost, `service` wires what can be made again."""
