"""What the kernel tells of processes, and what this run has started."""
