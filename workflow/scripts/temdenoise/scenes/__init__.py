"""What else could an image show? Pieces of material with grains, defects, edges and dirt."""
