using System.CommandLine;
using Reuseportd.Control;

var socket = new Option<string>("--socket")
{
    Description = $"Control socket of the daemon; also {ControlClient.SocketVariable}.",
    HelpName = "PATH",
    DefaultValueFactory = _ => ControlClient.DefaultSocket(Environment.GetEnvironmentVariable, ControlClient.EffectiveUser()),
    Recursive = true,
};
var root = new RootCommand("Controls the fleets of a running reuseportd.") { socket };
root.Subcommands.Add(StatusCommand.Create(socket));
root.Subcommands.Add(ApplyCommand.Create(socket));

var parsed = root.Parse(args);
if (UsageErrors.Of(parsed) is { Count: > 0 } errors)
{
    foreach (var error in errors) Console.Error.WriteLine($"reuseportctl: {error}");
    Console.Error.WriteLine("reuseportctl: see 'reuseportctl --help'");
    return ExitCode.Usage;
}

return await parsed.InvokeAsync();
