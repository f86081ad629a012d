"""Figures of processes from the kernel, and the processes that this run has started."""
