"""What is in a real image? Experimental images in, the same images denoised out."""
