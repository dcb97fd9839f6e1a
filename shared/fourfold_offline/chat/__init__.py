"""Turns of a chat, in the voice of the persona that the system prompt describes."""
