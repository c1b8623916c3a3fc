"""Which keys does each stage have? One module for each folder of the package."""
