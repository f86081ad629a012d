using System.CommandLine;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.SchemaExport;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The options of the command line; null for an option that is not given.</summary>
internal sealed record DaemonArguments(string? Config, string? Socket, LogForm? Log, LogThreshold? LogLevel, string? Preload);

/// <summary>The command line of <c>reuseportd</c>.</summary>
internal static class CommandLine
{
    /// <summary>
    /// The library ends the process two seconds after SIGTERM by default, and workers may have longer grace periods. The host
    /// handles the signals instead.
    /// </summary>
    private static readonly InvocationConfiguration WithoutSignals = new() { ProcessTerminationTimeout = null };

    public static Task<int> RunAsync(string[] arguments, Func<DaemonArguments, Task<int>> run, Func<DaemonArguments, int> check)
    {
        var result = Create(run, check).Parse(arguments);
        if (result.Errors.Count == 0) return result.InvokeAsync(WithoutSignals);
        foreach (var error in result.Errors) Console.Error.WriteLine($"reuseportd: {error.Message}");
        Console.Error.WriteLine("reuseportd: see 'reuseportd --help'");
        return Task.FromResult(ExitCode.Usage);
    }

    /// <summary>The options. The help text and reuseportd(8) are generated from them.</summary>
    public static RootCommand Create(Func<DaemonArguments, Task<int>> run, Func<DaemonArguments, int> check)
    {
        var (config, log, level) = (ConfigOption(), LogOption(), LevelOption());
        var socket = new Option<string>("--socket") { Description = "Control socket.", HelpName = "PATH" };
        var preload = new Option<string>("--preload")
        {
            Description = "libreuseport.so. Default: ../lib/ or ../lib/reuseportd/ beside the daemon's own directory.",
            HelpName = "PATH",
        };
        var onlyCheck = Flag("--check", "Read the configuration, print every error, and start nothing.");
        var checkState = new Option<string>("--check-state") { Hidden = true };
        var release = new Option<bool>("--release-controllers") { Hidden = true };
        var schema = Flag("--schema", "Print the JSON Schema of the configuration, for editors, and start nothing.");
        var command = new RootCommand("Runs N copies of any unmodified server on one port, and keeps them running.")
        {
            config, socket, log, level, preload, onlyCheck, schema, checkState, release,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(schema))
            {
                Console.Out.Write(EditorSchema.Generate(ConfigurationReader.Shape));
                return Task.FromResult(0);
            }

            if (parsed.GetValue(release)) return Task.FromResult(WorkerGroups.ReleaseControllers());
            var read = new DaemonArguments(
                parsed.GetValue(config),
                parsed.GetValue(socket),
                parsed.GetValue(log),
                parsed.GetValue(level),
                parsed.GetValue(preload));
            if (parsed.GetValue(checkState) is { } state) return Task.FromResult(Inherited.Check(state, read));
            return parsed.GetValue(onlyCheck) ? Task.FromResult(check(read)) : run(read);
        });
        return command;
    }

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static Option<string> ConfigOption() => new("--config")
    {
        Description = $"Directory with {ConfigurationSource.MainFile} and {ConfigurationSource.ServicesDirectory}/*.yaml, "
                      + $"or one file. Default: {ConfigurationSource.SystemDirectory}; "
                      + "for an ordinary user $XDG_CONFIG_HOME/reuseportd.",
        HelpName = "PATH",
    };

    private static Option<LogForm?> LogOption() => new("--log")
    {
        Description = "Form of the log: auto is journal where stderr is the journal's stream, console on a terminal, else json.",
        HelpName = "auto|console|json|journal",
        CustomParser = result => Word<LogForm>(result, "auto, console, json or journal"),
    };

    private static Option<LogThreshold?> LevelOption() => new("--log-level")
    {
        Description = "Least severity that is logged.",
        HelpName = "debug|information|warning|error",
        CustomParser = result => Word<LogThreshold>(result, "debug, information, warning or error"),
    };

    private static T? Word<T>(System.CommandLine.Parsing.ArgumentResult result, string known)
        where T : struct, Enum
    {
        var word = result.Tokens[0].Value;
        // Enum.TryParse accepts numbers, too.
        if (char.IsAsciiLetter(word[0]) && Enum.TryParse<T>(word, ignoreCase: true, out var value)) return value;
        result.AddError($"'{word}' is not {known}");
        return null;
    }
}
