"""The voice room: how a persona sounds, measured, and what a reply has to do with it."""
