using System.CommandLine;
using System.Globalization;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;
using Reuseportd.Control.Top;
using Reuseportd.Model;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl top [NAME...]</c>.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static Command Create(Option<string> socket)
    {
        var names = NameWords.Several(socket, "Workers to show; without names, all.", atLeastOne: false);
        var interval = Interval();
        var iterations = Iterations();
        var sort = new Option<string>("--sort")
        {
            Description = $"First order of the rows: {string.Join(", ", Columns.All.Select(column => column.Word))}.",
            HelpName = "COLUMN",
            DefaultValueFactory = _ => Columns.All[0].Word,
        };
        sort.AcceptOnlyFromAmong([.. Columns.All.Select(column => column.Word)]);
        var command = new Command(
            "top",
            "Show the workers on the whole terminal, and refresh them; the key ? shows all keys. Without a terminal, print one "
            + "table.") { names, interval, iterations, sort };
        command.SetAction((parsed, cancellation) =>
        {
            var shown = new Shown(
                parsed.GetRequiredValue(socket), parsed.GetValue(names) ?? [], parsed.GetValue(interval),
                new Order(Columns.All.First(column => column.Word == parsed.GetRequiredValue(sort)).Column));
            var count = parsed.GetValue(iterations);
            return count is null && IsFullScreen()
                ? FullScreenAsync(shown, cancellation)
                : TablesAsync(shown, count ?? 1, cancellation);
        });
        return command;
    }

    private static Option<TimeSpan> Interval() => new("--interval", "-i")
    {
        Description = "Time between two refreshes, from 100ms to 1h.",
        HelpName = "DURATION",
        DefaultValueFactory = _ => Usual,
        CustomParser = result =>
        {
            if (DurationSyntax.TryParse(result.Tokens[0].Value) is { } time && time >= Shortest && time <= Longest) return time;
            result.AddError($"--interval accepts {DurationSyntax.Accepts}, from 100ms to 1h, not '{result.Tokens[0].Value}'");
            return default;
        },
    };

    private static Option<int?> Iterations() => new("--iterations", "-n")
    {
        Description = "Print that many tables, one in each interval, instead of using the whole terminal.",
        HelpName = "N",
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0) return count;
            result.AddError($"--iterations accepts a number from 1, not '{word}'");
            return null;
        },
    };

    /// <summary>True if stdin and stdout are a terminal that can move its cursor.</summary>
    private static bool IsFullScreen() =>
        RawMode.IsPossible && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>The first request fails as that of any verb; later, the screen shows that no answer came.</summary>
    private static async Task<int> FullScreenAsync(Shown shown, CancellationToken cancellation)
    {
        StatusDocument? first = null;
        var code = await ControlClient.AskAsync(
            Ask.Get(shown.Socket, "/v1/status", shown.Names), ContractJson.Default.StatusDocument, status =>
            {
                first = status;
                return ExitCode.Ok;
            }, cancellation);
        if (first is null) return code;
        var state = new TopState(Session.SizeNow(), shown.Order) { IsColoured = Colours.OnScreen() }.See(new Look(first));
        using var screen = new FullScreen();
        await Session.RunAsync(
            state, new Feed(shown.Socket, shown.Names, shown.Interval, state.Wanted), screen, cancellation);
        return ExitCode.Ok;
    }

    private static async Task<int> TablesAsync(Shown shown, int count, CancellationToken cancellation)
    {
        BrokenPipe.EndsUs();
        var ask = Ask.Get(shown.Socket, "/v1/status", shown.Names) with { IsEndless = count > 1 };
        var rates = Rates.None;
        using var timer = new PeriodicTimer(shown.Interval, TimeProvider.System);
        for (var number = 1;; number++)
        {
            var code = await ControlClient.AskAsync(ask, ContractJson.Default.StatusDocument, status =>
            {
                rates = rates.After(status);
                Console.Out.Write(PlainTable.Format(status, rates, shown.Order));
                return ExitCode.Ok;
            }, cancellation);
            if (code != ExitCode.Ok || number == count) return code;
            try
            {
                await timer.WaitForNextTickAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Ok;
            }

            Console.Out.Write("\n");
        }
    }

    private sealed record Shown(string Socket, string[] Names, TimeSpan Interval, Order Order);
}
