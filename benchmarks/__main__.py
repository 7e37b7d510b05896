"""Run the named benchmarks, or all of them."""

from __future__ import annotations

import importlib
import sys

NAMES = (
    "alert_rate",
    "alert_storm",
    "apron_change",
    "berth_changes",
    "berth_matrix",
    "chip_archive",
    "contact_sheets",
    "convergence",
    "decode_oracles",
    "delivery_faults",
    "fuzz",
    "gfw",
    "imagery_reading",
    "import_ais",
    "latakia",
    "map_page",
    "next_look",
    "nmea",
    "optical_berths",
    "optical_vessels",
    "quay_profile",
    "radar_vessels",
    "replay_kills",
    "replay_scale",
    "segments",
    "ship_length",
    "silent_socket",
    "singapore",
    "skylight",
    "stops",
    "story_score",
    "syria_areas",
)


def main() -> None:
    """Run each benchmark and print its figures."""
    wanted = sys.argv[1:] or list(NAMES)
    for name in wanted:
        if name not in NAMES:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(NAMES)}")
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
