"""How is a TEM image denoised from first principles? The method of arXiv 2501.11225."""

__version__ = "0.1.0"
