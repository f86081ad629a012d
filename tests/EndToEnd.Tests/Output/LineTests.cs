using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>The bytes of a worker, and their text in the log. The reader checks that each record is valid JSON.</summary>
public sealed class LineTests : DaemonTest
{
    [Theory]
    [InlineData("one\\ntwo\\n", "one", "two")]
    [InlineData("no end", "no end")]
    [InlineData("one\\n\\nthree\\n", "one", "", "three")]
    [InlineData("a\\000b\\001c\\ttab\\n", "a\0b\u0001c\ttab")]
    [InlineData("quote \" backslash \\\\ slash /\\n", "quote \" backslash \\ slash /")]
    [InlineData("\\303\\050 \\377 \\342\\202\\n", "\uFFFD( \uFFFD \uFFFD")]
    [InlineData("gr\\303\\274n \\360\\237\\246\\212\\n", "grün 🦊")]
    [InlineData("return\\r\\n", "return\r")]
    [InlineData("\\302\\205\\302\\233\\342\\200\\250\\n", "\u0085\u009B\u2028")]
    [InlineData("{\"MESSAGE\":\"forged\"}\\n", "{\"MESSAGE\":\"forged\"}")]
    [InlineData("libreuseport:bind:pid=1 nonsense\\n", "libreuseport:bind:pid=1 nonsense")]
    public async Task Line_Bytes_AreTextInTheLog(string bytes, params string[] lines)
    {
        await RunAsync("printf", bytes);

        var records = Lines();
        Assert.Equal(lines, records.Select(record => record.Message));
        foreach (var record in records)
        {
            Assert.Equal(("job", "job", "0", "stdout", "6"), (
                record["SYSLOG_IDENTIFIER"], record["REUSEPORT_SERVICE"], record["REUSEPORT_WORKER"], record.Stream,
                record["PRIORITY"]));
            Assert.Equal(Daemon.PidOf("job@0"), record.Pid);
            Assert.Null(record.Event);
            Assert.Null(record["MESSAGE_ID"]);
        }
    }

    [Fact]
    public async Task Line_WrittenInPieces_IsOneLine()
    {
        // A write to another file separates the pieces, so that they are not one write.
        await RunAsync(
            "sh", "-c", "printf 'one '; echo x > /dev/null; printf 'line'; echo x > /dev/null; echo ' only'; echo e >&2");

        Assert.Equal(["e", "one line only"], Lines().Select(record => record.Message).Order(StringComparer.Ordinal));
        Assert.Equal("stderr", Lines().Single(record => record.Message == "e").Stream);
    }

    /// <summary>A pipe has 16 slots, and each piece fills one. The daemon leaves an unfinished line in the pipe.</summary>
    [Fact]
    public async Task Line_SplicedInPieces_WorkerIsNotBlocked()
    {
        const string pieces = "os.splice(read, 1, 1) for piece in '.' * 200 + '\\n' if os.write(write, piece.encode())";
        await RunAsync("python3", "-c", $"import os; read, write = os.pipe(); [{pieces}]");

        Assert.Equal(new string('.', 200), Assert.Single(Lines()).Message);
    }

    [Fact]
    public async Task Line_OneMegabyte_IsMarkedPieces()
    {
        await RunAsync(Checkout.Worker("spew"), "2", "1000000");

        var records = Lines();
        Assert.All(records, record => Assert.InRange(Encoding.UTF8.GetByteCount(record.Message), 1, 8 * 1024));
        int[] starts =
            [.. records.Index().Where(entry => entry.Item["REUSEPORT_CONTINUED"] is null).Select(entry => entry.Index)];
        Assert.Equal([0, records.Length / 2], starts);
        foreach (var start in starts)
        {
            var whole = string.Concat(records.Skip(start).Take(records.Length / 2).Select(record => record.Message));
            Assert.Equal(1_000_000, whole.Length);
            Assert.Equal($"{(start == 0 ? 0 : 1)} xxx", whole[..5]);
        }
    }

    [Fact]
    public async Task Line_LongerThanLineMax_IsCutThere()
    {
        await RunWithAsync("logging: { line_max: 1KiB }", Checkout.Worker("spew"), "1", "2500");

        Assert.Equal([1024, 1024, 452], Lines().Select(record => record.Message.Length));
    }

    [Theory]
    [InlineData("--nul", "\0")]
    [InlineData("--invalid-utf8", "\uFFFD(")]
    public async Task Lines_AThousandAndMore_AreAllInTheLog(string option, string end)
    {
        await RunAsync(Checkout.Worker("spew"), "1000", "50", option, "--no-final-newline");

        Assert.Equal(
            Enumerable.Range(0, 1000).Select(number => $"{number} ".PadRight(48 + (option == "--nul" ? 1 : 0), 'x') + end),
            Lines().Select(record => record.Message));
    }

    private LogRecord[] Lines() => [.. Daemon.Log.Records.Where(record => record.IsLine)];

    private Task RunAsync(params string[] command) => RunWithAsync("autostart: true", command);

    /// <summary>Waits until the program has ended, and the daemon has read all of its output.</summary>
    private async Task RunWithAsync(string more, params string[] command)
    {
        Daemon.Configure($$"""
            services:
              job:
                command: [{{string.Join(", ", command.Select(word => $"'{word.Replace("'", "''").Replace("{", "{{")}'"))}}]
                restart: no
                {{more}}
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        await Daemon.StopAsync();
        Assert.Equal("0", Assert.Single(Daemon.Events("exit"))["EXIT_STATUS"]);
    }
}
