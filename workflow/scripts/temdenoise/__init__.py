"""CNN-based TEM image denoising from first principles (arXiv 2501.11225)."""

__version__ = "0.1.0"
