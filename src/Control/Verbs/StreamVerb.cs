using System.CommandLine;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary>The common part of verbs that show a stream: names, <c>--follow</c>, and each document as JSON or as text.</summary>
/// <param name="names">Help for the names.</param>
/// <param name="follow">Help for <c>--follow</c>.</param>
/// <param name="read">Reads the JSON documents of an answer.</param>
internal sealed class StreamVerb(
    string name, string description, string names, string follow, string path,
    Func<Stream, CancellationToken, IAsyncEnumerable<string>> read)
{
    /// <param name="more">Options of this verb only.</param>
    /// <param name="query">The query besides names; its argument tells whether the stream is followed.</param>
    /// <param name="text">A document as text, with or without colours; null to skip it.</param>
    public Command Create(
        Option<string> socket, IReadOnlyList<Option> more, Func<ParseResult, bool, IEnumerable<string>> query,
        Func<string, bool, string?> text)
    {
        var whose = NameWords.Several(socket, names, atLeastOne: false);
        var followed = new Option<bool>("--follow", "-f") { Description = follow };
        var output = FormWords.Create(FormWords.Text, FormWords.Json);
        var command = new Command(name, description) { whose, followed };
        foreach (var option in more) command.Add(option);
        command.Add(output);
        command.SetAction((parsed, cancellation) =>
        {
            var following = parsed.GetValue(followed);
            var ask = Ask.Get(parsed.GetRequiredValue(socket), path, parsed.GetValue(whose) ?? [], query(parsed, following));
            var raw = parsed.GetRequiredValue(output) == FormWords.Json;
            return ControlClient.StreamAsync(
                ask with { IsEndless = following }, (body, stop) => ShowAsync(body, raw, text, following, stop), cancellation);
        });
        return command;
    }

    private async Task<int> ShowAsync(
        Stream body, bool raw, Func<string, bool, string?> text, bool following, CancellationToken cancellation)
    {
        BrokenPipe.EndsUs();
        var colour = Colours.OnStdout();
        await foreach (var document in read(body, cancellation))
            if (text(document, colour) is { } line) Console.Out.WriteLine(raw ? document : line);
        // Only Ctrl-C is a normal end of a stream that is followed.
        if (following) await Console.Error.WriteLineAsync("reuseportctl: the daemon has stopped or was replaced");
        return ExitCode.Ok;
    }
}
