"""The paper's figures, and those that show whether to trust them."""
