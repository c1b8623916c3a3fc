"""What does the network see? Ground truths from density maps, and the noise on them."""
