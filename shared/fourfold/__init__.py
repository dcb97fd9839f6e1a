"""fourfold: four-layer personas (Soul, Self, Mask, Surface) written from the inside out."""
