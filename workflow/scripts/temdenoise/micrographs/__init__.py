"""Experimental images in, the same images out denoised, in the same calibration."""
