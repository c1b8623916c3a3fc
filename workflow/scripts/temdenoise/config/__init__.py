"""What may a run be asked for? The config, checked before any job."""
