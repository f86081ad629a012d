using Reuseportd.Control;

// Completing a word is asked for at every press of a key: it goes past the parser that it asks.
if (args is [CompleteCommand.Name, var line]) return CompleteCommand.Run(line);

var parsed = CommandTree.Create(args).Parse(args);
if (UsageErrors.Of(parsed) is { Count: > 0 } errors)
{
    foreach (var error in errors) Console.Error.WriteLine($"reuseportctl: {error}");
    Console.Error.WriteLine("reuseportctl: see 'reuseportctl --help'");
    return ExitCode.Usage;
}

return await parsed.InvokeAsync();
