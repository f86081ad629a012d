using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Files;

/// <summary>
/// Runs a JavaScript file with node, and takes its exports as JSON. This runs code of the file: there is no other way to know its
/// value. Processes that the code starts end with node.
/// </summary>
internal static class NodeScript
{
    /// <summary>Exit code after an error of the file, whose line, column and message are in stdout.</summary>
    private const int Faulty = 93;

    /// <summary>The code of the file has no stdout: its value is there. <c>import()</c> takes both kinds of modules.</summary>
    private const string Code =
        """
        const { pathToFileURL } = require('url');
        const file = process.argv[1];
        const write = process.stdout.write.bind(process.stdout);
        process.stdout.write = process.stderr.write.bind(process.stderr);
        const end = (text, code) => write(text, () => process.exit(code));
        import(pathToFileURL(file).href).then(module => {
            let value = module.default ?? module;
            if (value?.__esModule && value.default) value = value.default;
            end(JSON.stringify(value) ?? 'null', 0);
        }).catch(error => {
            const stack = String(error?.stack ?? '');
            const name = [file, pathToFileURL(file).href].find(name => stack.includes(name + ':'));
            const at = name ? stack.slice(stack.indexOf(name + ':') + name.length + 1) : '';
            const [, line, column] = /^(\d+)(?::(\d+))?/.exec(at) ?? [];
            end([line ?? 1, column ?? 1, String(error).split('\n')[0]].join(' '), 93);
        });
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // The client has no workers, and no other child.
#pragma warning disable RS0030
    /// <returns>The JSON; null after a reported error.</returns>
    public static async Task<SourceText?> RunAsync(string file, Findings findings, CancellationToken cancellation)
    {
        if (Find() is not { } program)
        {
            findings.Error(
                new Place(file, 0, 0), "", "a JavaScript file needs 'node', which is not installed; write the file as JSON");
            return null;
        }

        try
        {
            return await RunAsync(program, file, findings, cancellation).ConfigureAwait(false);
        }
        catch (Win32Exception error)
        {
            findings.Error(new Place(file, 0, 0), "", $"node cannot be started: {error.Message}");
            return null;
        }
    }

    private static async Task<SourceText?> RunAsync(
        string program, string file, Findings findings, CancellationToken cancellation)
    {
        Descendants.Adopt();
        using var node = Process.Start(Start(program, file))!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        node.StandardInput.Close();
        var bytes = new byte[SourceText.LargestFile + 1];
        // A read of a pipe cannot be cancelled: it ends when no process has the other end.
        var output = node.StandardOutput.BaseStream;
        var reading = output.ReadAtLeastAsync(bytes, bytes.Length, false, CancellationToken.None).AsTask();
        try
        {
            var first = await Task.WhenAny(reading, node.WaitForExitAsync(limit.Token)).ConfigureAwait(false);
            if (first != reading) await first.ConfigureAwait(false);
            // Without its stdout, node may still run; of a larger value, the rest is of no use.
            else if (await reading.ConfigureAwait(false) < bytes.Length)
                await node.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            Descendants.End();
            await reading.WaitAsync(limit.Token).ConfigureAwait(false);
            await node.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Descendants.End();
            var why = cancellation.IsCancellationRequested ? "interrupted" : "node did not end within 10 s";
            findings.Error(new Place(file, 0, 0), "", why);
            return null;
        }

        var length = await reading.ConfigureAwait(false);
        return Result(file, bytes.AsSpan(0, length), node.ExitCode, findings);
    }

    private static SourceText? Result(string file, ReadOnlySpan<byte> output, int code, Findings findings)
    {
        if (output.Length > SourceText.LargestFile)
            findings.Error(new Place(file, 0, 0), "", "its value is larger than 1 MiB, the limit");
        else if (code == 0 && output.Length == 0)
            findings.Error(new Place(file, 0, 0), "", "the code ended node before its value was there");
        else if (code == 0)
            return SourceText.Decode(file, output, SourceRole.Foreign, findings);
        else if (code == Faulty && Encoding.UTF8.GetString(output).Split(' ', 3) is [var line, var column, var message]
            && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            && int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var start))
            findings.Error(new Place(file, row, start), "", Printable.Text(message));
        else
            findings.Error(new Place(file, 0, 0), "", $"node ended with code {code}");
        return null;
    }

    private static ProcessStartInfo Start(string program, string file) =>
        new(program, ["-e", Code, Path.GetFullPath(file)]) { RedirectStandardOutput = true, RedirectStandardInput = true };
#pragma warning restore RS0030

    /// <summary>The runtime would look into the current directory first.</summary>
    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Where(folder => folder.StartsWith('/')).Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
}
