"""Persona files, export and import: JSON, Markdown (export only), and Character Cards V2 and V3 as JSON or PNG."""
