"""How does a job read, write and report? Files, checksums, logs and costs; no science."""
