"""Personas as files: our own JSON, Markdown, and Character Cards V2 and V3 as JSON or inside a PNG; out and in."""
