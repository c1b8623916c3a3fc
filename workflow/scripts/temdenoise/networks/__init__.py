"""What does the network learn? U-Net, patches, training, inference and the model's card."""
