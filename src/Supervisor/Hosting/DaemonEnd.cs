using Reuseportd.Linux.Processes;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Hosting;

/// <summary>The end of the daemon after its host has stopped.</summary>
internal static class DaemonEnd
{
    /// <summary>Bounds the writing of queued lines to files before another program takes over.</summary>
    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(5);

    /// <returns>The exit code. There is no return if another program takes the workers over.</returns>
    public static async Task<int> RunAsync(Replacement replacement, OutputLoop reader, LogOutput output)
    {
        if (replacement.HandedOver is null) return Environment.ExitCode;
        if (replacement.Leaves)
        {
            Flush();
            // No return: it would close descriptors that the successor needs, as the guard shares them.
            ProgramEnd.Now(ExitCode.Ok);
        }

        var errno = replacement.Execute(Flush);
        // The workers end with the guard.
        await Console.Error.WriteLineAsync($"reuseportd: the new program cannot be executed: {errno}");
        return ExitCode.Software;

        void Flush()
        {
            reader.Files.Stop(FlushWithin);
            output.Dispose();
        }
    }
}
