using System.CommandLine;
using System.CommandLine.Parsing;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Words;

/// <summary>Names of services and workers on a command line.</summary>
internal static class NameWords
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <param name="description">What they are for; what may stand there is said behind it.</param>
    public static Argument<string[]> Several(Option<string> socket, string description, bool atLeastOne)
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = $"{description} A service (web: all its workers), a worker (web@2), or a pattern (web*, *@0).",
            HelpName = "NAME", // or help would ask the daemon for all that could stand there
            Arity = atLeastOne ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
        };
        names.Validators.Add(RejectOptions);
        names.CompletionSources.Add(context => Known(context.ParseResult.GetValue(socket)!, workers: true));
        return names;
    }

    public static Argument<string> One(Option<string> socket, string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description, HelpName = name };
        argument.Validators.Add(RejectOptions);
        argument.CompletionSources.Add(context => Known(context.ParseResult.GetValue(socket)!, workers: true));
        return argument;
    }

    /// <summary>The name of one service, and nothing else that may stand for workers.</summary>
    public static Argument<string> Service(Option<string> socket)
    {
        var argument = new Argument<string>("SERVICE") { Description = "Name of one service; no worker, and no pattern.", HelpName = "SERVICE" };
        argument.Validators.Add(RejectOptions);
        argument.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value: var given }]) return;
            if (IsPattern(given)) result.AddError($"SERVICE accepts the name of one service, such as web, and no pattern: '{given}'");
            else if (given.Contains('@', StringComparison.Ordinal)) result.AddError($"SERVICE accepts the name of one service, such as web, and no worker: '{given}'");
        });
        argument.CompletionSources.Add(context => Known(context.ParseResult.GetValue(socket)!, workers: false));
        return argument;
    }

    /// <summary>Whether it has wildcards, and so may stand for several.</summary>
    public static bool IsPattern(string name) => name.AsSpan().IndexOfAny("*?[") >= 0;

    /// <summary>The parser takes an option that it does not know for a name.</summary>
    private static void RejectOptions(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-'))) result.AddError($"unknown option '{token.Value}'");
    }

    /// <summary>What the daemon has now; nothing where it does not say so at once.</summary>
    private static IEnumerable<System.CommandLine.Completions.CompletionItem> Known(string socket, bool workers)
    {
        using var patience = new CancellationTokenSource(Patience);
        var status = ControlClient.TryGetAsync(socket, "/v1/status", ContractJson.Default.StatusDocument, patience.Token).GetAwaiter().GetResult();
        var names = status?.Workers.Select(worker => worker.Name).ToArray() ?? [];
        var services = names.Select(name => name[..name.LastIndexOf('@')]).Distinct();
        return (workers ? services.Concat(names) : services).Select(name => new System.CommandLine.Completions.CompletionItem(name));
    }
}
