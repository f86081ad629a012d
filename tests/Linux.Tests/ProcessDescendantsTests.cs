using System.Diagnostics;
using Reuseportd.Linux.Trees;

namespace Linux.Tests;

public sealed class ProcessDescendantsTests
{
    [Fact]
    public void Of_ChildrenOfChildren_HasAll()
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sh -c 'sleep 1000 & echo $$ $!; wait' & wait"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            var said = shell.StandardOutput.ReadLine()!.Split(' ').Select(word => int.Parse(word, null)).ToArray();
            Assert.Equal([shell.Id, .. said], ProcessDescendants.Of(shell.Id));
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void Of_NoProcess_IsItsPidOnly() => Assert.Equal([int.MaxValue], ProcessDescendants.Of(int.MaxValue));
}
