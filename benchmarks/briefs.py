"""The five briefs measurements of prompts and models are made with."""

from __future__ import annotations

SAMPLE_BRIEFS = (
    "A soft-spoken night-shift baker in Lisbon, 41, who lost the family shop and tells nobody",
    "A shy founder, 34, in Istanbul",
    "A blunt retired ferry pilot in Bergen, 67, who cannot swim",
    "Outgoing violin teacher, 29, Osaka, hides that she failed her own exam",
    "Ein pedantischer Notar aus Graz, 52, der nachts Züge fotografiert",
)
