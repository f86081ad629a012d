using System.CommandLine;
using System.CommandLine.Parsing;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Arguments;

/// <summary>Arguments for names of services and workers.</summary>
internal static class NameWords
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <param name="description">Purpose of the names; the accepted forms are appended.</param>
    public static Argument<string[]> Several(Option<string> socket, string description, bool atLeastOne)
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = $"{description} A service (web: all its workers), a worker (web@2), or a pattern (web*, *@0).",
            HelpName = "NAME", // otherwise help would ask the daemon for all names
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

    /// <summary>The name of one service; a worker or a pattern is refused.</summary>
    public static Argument<string> Service(Option<string> socket)
    {
        var argument = new Argument<string>("SERVICE") {
            Description = "Name of one service; not a worker or a pattern.", HelpName = "SERVICE",
        };
        argument.Validators.Add(RejectOptions);
        argument.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value: var given }]) return;
            if (IsPattern(given))
                result.AddError($"SERVICE accepts the name of one service, such as web, not a pattern: '{given}'");
            else if (given.Contains('@', StringComparison.Ordinal))
                result.AddError($"SERVICE accepts the name of one service, such as web, not a worker: '{given}'");
        });
        argument.CompletionSources.Add(context => Known(context.ParseResult.GetValue(socket)!, workers: false));
        return argument;
    }

    /// <summary>True if the name has wildcards.</summary>
    public static bool IsPattern(string name) => name.AsSpan().IndexOfAny("*?[") >= 0;

    /// <summary>The parser takes an unknown option for a name.</summary>
    private static void RejectOptions(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
            result.AddError($"unknown option '{token.Value}'");
    }

    /// <summary>The names of the running daemon; none if it does not answer at once.</summary>
    private static IEnumerable<System.CommandLine.Completions.CompletionItem> Known(string socket, bool workers)
    {
        using var patience = new CancellationTokenSource(Patience);
        var asked = ControlClient.TryGetAsync(socket, "/v1/status", ContractJson.Default.StatusDocument, patience.Token);
        var status = asked.GetAwaiter().GetResult();
        var names = status?.Workers.Select(worker => worker.Name).ToArray() ?? [];
        var services = names.Select(name => name[..name.LastIndexOf('@')]).Distinct();
        return (workers ? services.Concat(names) : services)
            .Select(name => new System.CommandLine.Completions.CompletionItem(name));
    }
}
