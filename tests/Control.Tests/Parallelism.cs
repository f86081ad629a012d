using Xunit.Sdk;
using Xunit.v3;

// The commands write to the console, which all tests of the process share.
[assembly: Parallelization(Mode = ParallelMode.None)]
