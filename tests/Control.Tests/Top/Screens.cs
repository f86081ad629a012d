using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;
using Reuseportd.Control.Top;

namespace Control.Tests.Top;

/// <summary>States of the screen, and what they show.</summary>
internal static class Screens
{
    public static TopState Of(StatusDocument status, int columns = 80, int rows = 24) =>
        new TopState(new Size(columns, rows)) { IsColoured = true }.See(new Look(status));

    public static StatusDocument Many(int workers) =>
        Given.Status([.. Enumerable.Range(0, workers).Select(index => Given.Worker($"web@{index}"))]);

    /// <summary>Presses keys, in words: a letter, or the name of a <see cref="KeyKind"/>.</summary>
    public static TopState Press(this TopState state, string keys) => keys
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(state, (next, word) => TopKeys.Press(
            next, word.Length == 1 ? word[0] : new Key(Enum.Parse<KeyKind>(word))));

    /// <summary>The texts of the lines, as a screen of their width shows them.</summary>
    public static string[] Lines(this TopState state) =>
    [
        .. Frame.Of(state).Select(line => string.Concat(line.Select(cell => cell.Text)))
            .Select(line => line[..Math.Min(line.Length, state.Size.Columns)].TrimEnd()),
    ];

    public static string Text(this TopState state) => string.Join('\n', state.Lines()) + "\n";

    /// <summary>The row with the cursor.</summary>
    public static string CursorLine(this TopState state) =>
        Frame.Of(state).Skip(3).Where(line => line is [{ Colour: Style.Reverse }]).Select(line => line[0].Text).First().Trim();

    public static Cell CellWith(this TopState state, string text) =>
        Frame.Of(state).SelectMany(line => line).First(cell => cell.Text.Contains(text, StringComparison.Ordinal));

    /// <summary>Four workers that serve in different ways, and one that does not.</summary>
    public static StatusDocument Usual()
    {
        var status = Given.Status(
            Worker("api@0", 3101, 86_400, 0.4, 41, 310),
            Worker("api@1", 3102, 86_400, 0.7, 44, 287),
            Worker("web@0", 4201, 5_400, 12.5, 118, 2_043) with { Restarts = 1, LastExit = "killed by SIGSEGV" },
            Worker("web@1", 4202, 5_100, 98.2, 131, 4_180),
            Worker("web@2", 4377, 0, 0, 0, 0) with
            {
                State = "backoff", Pid = null, Uptime = null, ReadySeconds = null, Restarts = 7, CpuPercent = null,
                CpuSeconds = null, Memory = null, Connections = null, Given = null, NextTry = 12.4, LastExit = "exit code 1",
                Binds = [new BindStatus("bind", "stream", "127.0.0.1", 8080, Sharded: true, "EADDRINUSE")],
                Detail = "bind 127.0.0.1:8080 tcp: EADDRINUSE: the port is in use by nginx (pid 812)",
                LastLine = "bind() to 127.0.0.1:8080 failed (98: Address already in use)",
            });
        return status with { Uptime = 259_200, Steering = "ebpf" };
    }

    /// <summary>The same two seconds later.</summary>
    public static StatusDocument Later()
    {
        var usual = Usual();
        return usual with
        {
            Uptime = usual.Uptime + 2,
            Workers =
            [
                .. usual.Workers.Select(worker => worker.Pid is null ? worker : worker with
                {
                    Uptime = worker.Uptime + 2, CpuSeconds = worker.CpuSeconds + worker.CpuPercent / 50,
                    Given = worker.Given + 2 * (ulong)worker.Memory! / (1 << 20),
                }),
            ],
        };
    }

    private static WorkerStatus Worker(string name, int pid, double uptime, double cpu, ulong connections, ulong given) =>
        Given.Worker(name) with
        {
            Pid = pid, Uptime = uptime, CpuPercent = cpu, CpuSeconds = cpu * uptime / 100, Memory = pid * 8192L,
            Connections = connections, Given = given, Migrated = 0, Method = "preload",
        };
}
