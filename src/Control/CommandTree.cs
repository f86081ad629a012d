using System.CommandLine;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Verbs;

namespace Reuseportd.Control;

/// <summary>All commands of <c>reuseportctl</c>. Help, completion and reuseportctl(1) are generated from it.</summary>
internal static class CommandTree
{
    public const string Description = "Controls a running reuseportd and its services.";

    private static readonly (string Name, Func<Option<string>, Command> Create)[] Verbs =
    [
        ("status", StatusCommand.Create),
        ("top", TopCommand.Create),
        ("start", WorkersCommand.Start),
        ("stop", WorkersCommand.Stop),
        ("restart", WorkersCommand.Restart),
        ("rollback", WorkersCommand.Rollback),
        ("pause", WorkersCommand.Pause),
        ("resume", WorkersCommand.Resume),
        ("reload", WorkersCommand.Reload),
        ("scale", ScaleCommand.Create),
        ("signal", SignalCommand.Create),
        ("logs", LogsCommand.Create),
        ("events", EventsCommand.Create),
        ("check", CheckCommand.Create),
        ("diff", DiffCommand.Create),
        ("apply", ApplyCommand.Create),
        ("show", ShowCommand.Create),
        ("binds", BindsCommand.Create),
        ("reset", WorkersCommand.Reset),
        ("drain", HostCommand.Drain),
        ("undrain", HostCommand.Undrain),
        ("reexec", ReexecCommand.Create),
        ("import", _ => ImportCommand.Create()),
        ("completion", _ => CompletionCommand.Create()),
    ];

    public static RootCommand Create()
    {
        var (root, socket) = Root();
        foreach (var (_, create) in Verbs) root.Subcommands.Add(create(socket));
        return root;
    }

    /// <summary>
    /// The tree for a known command line. If its first word is a verb, only that verb is created: creating all verbs takes most
    /// of the start.
    /// </summary>
    public static RootCommand Create(string[] arguments)
    {
        if (arguments is not [var first, ..] || Array.Find(Verbs, verb => verb.Name == first) is not { Create: { } create })
            return Create();
        var (root, socket) = Root();
        root.Subcommands.Add(create(socket));
        return root;
    }

    private static (RootCommand Root, Option<string> Socket) Root()
    {
        var socket = new Option<string>("--socket")
        {
            Description = $"Control socket of the daemon; also {ControlClient.SocketVariable}.",
            HelpName = "PATH",
            DefaultValueFactory = _ =>
                ControlClient.DefaultSocket(Environment.GetEnvironmentVariable, ControlClient.EffectiveUser()),
            Recursive = true,
        };
        var root = new RootCommand(Description) { socket };
        HelpWords.Set(root);
        return (root, socket);
    }
}
