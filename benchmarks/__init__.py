"""The figures this project states, as programs. `python -m benchmarks [NAME ...]` runs them.

Figures of speed are ratios against a peer in the same run; absolute times mean little.
"""
