using Xunit.Sdk;
using Xunit.v3;

// A loop reaps every child of its process, so only one loop runs at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
