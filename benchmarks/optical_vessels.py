"""Ships in the nine ports of sen2ships without areas: the classical path, and the shipped model.

The classical path's confidences were counted on these ports. Shipped weights are trained on all
nine, so their figure here says only that they work as trained; what they are worth on a port they
have not seen is printed by `python -m benchmarks.training.optical_ships --leave-one-port-out`.
"""

from __future__ import annotations

import time

from benchmarks.sen2ships import outcome, ports, print_table
from monitor.detect.imagery.optical_vessels import VesselCriteria, optical_sightings
from monitor.sources.imagery.onnx_model import ship_model


def main() -> None:
    """Search all ports and score what was found."""
    criteria = VesselCriteria()
    model = ship_model()
    searches = [("classical path; its confidences were counted on these ports", None)]
    if model is None:
        print("no model: the package has no weights, or the extra `ml` is not installed")
    else:
        searches.append(("shipped weights, a TRAINING-SET figure, not what to expect", model))
    nine = ports()
    pixels = sum(p.chip.grid.width * p.chip.grid.height for p in nine)
    for title, scorer in searches:
        began = time.process_time()
        found = [optical_sightings(p.scene, p.chip, criteria=criteria, scorer=scorer) for p in nine]
        took = time.process_time() - began
        print_table(title, [outcome(p, s) for p, s in zip(nine, found, strict=True)])
        print(f"  {pixels / took / 1e6:.2f} Mpx/s a core")


if __name__ == "__main__":
    main()
