"""The sheets that can be displaced."""

# The atoms of a primitive cell: symbol, site of the honeycomb, plane (−1 lower, 0 middle, 1 upper).
MATERIALS = {
    "graphene": (("C", 0, 0), ("C", 1, 0)),
    "hBN": (("B", 0, 0), ("N", 1, 0)),
    "MoS2": (("Mo", 0, 0), ("S", 1, -1), ("S", 1, 1)),
}
