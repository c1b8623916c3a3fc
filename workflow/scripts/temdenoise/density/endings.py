"""How can an SCF end, and which settings does the density depend on?"""

# The settings of an engine that the density depends on; the others say how to get there.
PHYSICS = {
    "gpaw": ("grid_spacing", "basis", "basis_radius", "energy_shift", "smearing"),
    "openmx": ("energy_cutoff", "criterion", "electronic_temperature", "density_only"),
}

# How an attempt at an SCF can end, in summary.json.
CONVERGED, UNCONVERGED = "converged", "unconverged"
STOPPED = "stopped before the time limit"
