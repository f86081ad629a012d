using Reuseportd.Linux.Processes;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Hosting;

/// <summary>The end of the daemon after its host has stopped.</summary>
internal static class DaemonEnd
{
    /// <summary>Bounds the writing of queued lines to files before another program takes over.</summary>
    public static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(5);

    /// <returns>The exit code. There is no return if another program takes the workers over.</returns>
    public static async Task<int> RunAsync(
        Replacement replacement, DaemonResources resources, SupervisorLoop loop, OutputLoop reader, LogOutput output)
    {
        if (replacement.HandedOver is null)
        {
            if (replacement.LeavesToGuard) Leave(Environment.ExitCode);
            // Else the guard must not kill the workers: a successor can take them over.
            if (loop.Ended.IsCompletedSuccessfully) resources.Guard?.Dispose();
            else if (loop.Ended.IsFaulted && resources.Keeping is { CanLeave: true })
            {
                await StopReadingAsync(reader);
                Leave(Environment.ExitCode);
            }

            return Environment.ExitCode;
        }

        if (replacement.Leaves) Leave(ExitCode.Ok);
        var errno = replacement.Execute(Flush);
        await Console.Error.WriteLineAsync($"reuseportd: the new program cannot be executed: {errno}");
        if (resources.Keeping is { CanLeave: true }) Leave(ExitCode.Software);
        // The workers end with the guard.
        return ExitCode.Software;

        // No return: it would close descriptors that the successor needs, as the guard shares them.
        void Leave(int code)
        {
            Flush();
            resources.Keeping!.End(resources.Rings.TryWrite());
            ProgramEnd.Now(code);
        }

        void Flush()
        {
            reader.Files.Stop(FlushWithin);
            output.Dispose();
        }
    }

    /// <summary>Pauses the output loop: the queues of a daemon that ends would drop the lines that it reads.</summary>
    private static async Task StopReadingAsync(OutputLoop reader) =>
        await Task.WhenAny(reader.PauseAsync(), Task.Delay(FlushWithin, TimeProvider.System));
}
