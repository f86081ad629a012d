using Xunit.Sdk;
using Xunit.v3;

// The commands write to the console, of which a process has one.
[assembly: Parallelization(Mode = ParallelMode.None)]
