"""What supervisors cost, measured side by side in one run. `python3 -m bench --help`; docs in CONTRIBUTING.md."""
