"""What is the electron density of a structure? The DFT engines, and the maps made from them."""
