"""The events on the EventBridge bus: one model per detail type, in one envelope."""
