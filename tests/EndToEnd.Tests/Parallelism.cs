using Xunit.v3;

// Most of a test's time is spent waiting for daemons and servers to start.
[assembly: Parallelization(MaxThreads = 5)]
