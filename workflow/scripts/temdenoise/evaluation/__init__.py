"""How good is a denoised image? Metrics, scores, filters to compare with, and tables."""
