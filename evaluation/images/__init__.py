"""How good made pictures are: beside real ones (FID), alone (Inception Score), by their prompts (CLIP)."""
