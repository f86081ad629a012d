using System.ComponentModel;
using System.Diagnostics;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Files;

/// <summary>
/// Runs a JavaScript file with node, and takes its exports as JSON. This runs code of the file: there is no other way to know its
/// value.
/// </summary>
internal static class NodeScript
{
    private const string Code =
        "console.log = console.info = console.error; "
        + "process.stdout.write(JSON.stringify(require(process.argv[1]) ?? null) ?? 'null')";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // The client has no workers, and no other child.
#pragma warning disable RS0030
    /// <returns>The JSON; null after a reported error.</returns>
    public static async Task<SourceText?> RunAsync(string file, Findings findings, CancellationToken cancellation)
    {
        var (source, problem) = await ReadAsync(file, findings, cancellation).ConfigureAwait(false);
        if (problem is not null) findings.Error(new Place(file, 0, 0), "", problem);
        return source;
    }

    private static async Task<(SourceText? Source, string? Problem)> ReadAsync(
        string file, Findings findings, CancellationToken cancellation)
    {
        if (Find() is not { } program)
            return (null, "a JavaScript file needs 'node', which is not installed; write the file as JSON");
        try
        {
            using var node = Process.Start(Start(program, file))!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Limit);
            // The end of node is the end of the pipe: a read of a pipe cannot be cancelled.
            await using var end = limit.Token.Register(() => node.Kill(entireProcessTree: true));
            node.StandardInput.Close();
            var bytes = new byte[SourceText.LargestFile + 1];
            var output = node.StandardOutput.BaseStream;
            var length = await output.ReadAtLeastAsync(bytes, bytes.Length, false, CancellationToken.None).ConfigureAwait(false);
            if (length == bytes.Length)
            {
                node.Kill(entireProcessTree: true);
                return (null, "its value is larger than 1 MiB, the limit");
            }

            await node.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            if (limit.IsCancellationRequested) return (null, "node did not end within 10 s");
            return node.ExitCode == 0
                ? (SourceText.Decode(file, bytes.AsSpan(0, length), SourceRole.Services, findings), null)
                : (null, $"node ended with code {node.ExitCode}");
        }
        catch (Win32Exception error)
        {
            return (null, $"node cannot be started: {error.Message}");
        }
    }

    private static ProcessStartInfo Start(string program, string file) =>
        new(program, ["-e", Code, Path.GetFullPath(file)]) { RedirectStandardOutput = true, RedirectStandardInput = true };
#pragma warning restore RS0030

    /// <summary>The runtime would look into the current directory first.</summary>
    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Where(folder => folder.StartsWith('/')).Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
}
