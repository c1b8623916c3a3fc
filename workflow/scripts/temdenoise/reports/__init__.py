"""What is shown? Figures, pages and statements."""
