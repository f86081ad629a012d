using System.CommandLine;
using Reuseportd.Control;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Completion;

// Completion runs at every press of a key, so it bypasses the parser's start.
if (args is [CompleteCommand.Name, var line]) return CompleteCommand.Run(line);

var parsed = CommandTree.Create(args).Parse(args);
if (UsageErrors.Find(parsed) is { Count: > 0 } errors)
{
    foreach (var error in errors) Console.Error.WriteLine($"reuseportctl: {error}");
    Console.Error.WriteLine("reuseportctl: see 'reuseportctl --help'");
    return ExitCode.Usage;
}

// A command without a request ends by a signal like any program.
if (parsed.Action is not System.CommandLine.Invocation.AsynchronousCommandLineAction) return parsed.Invoke();

using var interruption = new Interruption();
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, interruption.Token);
return interruption.IsTermination ? ExitCode.Terminated : code;
