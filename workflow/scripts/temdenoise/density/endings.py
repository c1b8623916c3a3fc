"""How can an SCF end, and which settings does the density depend on?"""

# The density depends on these settings of an engine; the others only say how to reach it.
PHYSICS = {
    "gpaw": ("grid_spacing", "basis", "basis_radius", "energy_shift", "smearing"),
    "openmx": ("energy_cutoff", "criterion", "electronic_temperature", "density_only"),
}

# How an attempt at an SCF can end, in summary.json.
CONVERGED, UNCONVERGED = "converged", "unconverged"
STOPPED = "stopped before the time limit"
