"""Measures supervisors side by side in one run. `python3 -m bench --help`; documented in CONTRIBUTING.md."""
