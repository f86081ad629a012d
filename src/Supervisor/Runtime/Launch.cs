using System.Globalization;
using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Runtime;

/// <summary>The words and variables that one process is started with; pure.</summary>
/// <param name="Environment">Entries of the form <c>NAME=value</c>.</param>
internal sealed record Launch(ValueList<string> Arguments, ValueList<string> Environment, string? WorkingDirectory)
{
    /// <summary>What the service manager says to the daemon is not meant for its workers.</summary>
    private static readonly HashSet<string> DaemonOnly =
    [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
        "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "INVOCATION_ID", "RUNTIME_DIRECTORY", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE",
        "REUSEPORTD_SOCKET",
    ];

    /// <param name="inherited">The daemon's own environment.</param>
    /// <param name="fromFiles">Variables of the service's environment files, in order.</param>
    /// <param name="preload">Absolute path of the preload library.</param>
    /// <param name="account">The service's user; null where it runs as the daemon does.</param>
    public static Launch Of(
        ServiceSpec service,
        WorkerName worker,
        int generation,
        IEnumerable<KeyValuePair<string, string>> inherited,
        IEnumerable<KeyValuePair<string, string>> fromFiles,
        string preload,
        Account? account)
    {
        var variables = Theirs(service, worker, inherited, fromFiles, account);
        AddOurs(variables, service, preload);
        return Of(service, worker, generation, service.Process.Command, variables);
    }

    /// <summary>A command that looks at a worker from outside: as the worker, but for the library, and told its process.</summary>
    /// <param name="pid">The worker's process; <c>REUSEPORT_PID</c> of the command.</param>
    public static Launch OfProbe(
        ServiceSpec service,
        WorkerName worker,
        int generation,
        int pid,
        ValueList<Template> command,
        IEnumerable<KeyValuePair<string, string>> inherited,
        IEnumerable<KeyValuePair<string, string>> fromFiles,
        Account? account)
    {
        var variables = Theirs(service, worker, inherited, fromFiles, account);
        variables["REUSEPORT_PID"] = pid.ToString(CultureInfo.InvariantCulture);
        return Of(service, worker, generation, command, variables);
    }

    public Launch With(string name, string value) => this with { Environment = [.. Environment, $"{name}={value}"] };

    /// <summary>What a process would have without the daemon's own variables.</summary>
    private static Dictionary<string, string> Theirs(
        ServiceSpec service,
        WorkerName worker,
        IEnumerable<KeyValuePair<string, string>> inherited,
        IEnumerable<KeyValuePair<string, string>> fromFiles,
        Account? account)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in inherited)
            if (!DaemonOnly.Contains(name) && !name.StartsWith("LIBREUSEPORT_", StringComparison.Ordinal)) variables[name] = value;
        if (account is not null) AddUser(variables, account);
        foreach (var (name, value) in fromFiles) variables[name] = value;
        foreach (var variable in service.Process.Environment) variables[variable.Name] = variable.Value.Expand(worker);
        return variables;
    }

    private static Launch Of(
        ServiceSpec service, WorkerName worker, int generation, ValueList<Template> command, Dictionary<string, string> variables)
    {
        variables["REUSEPORT_WORKERS"] = service.Workers.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in Marks.Variables(worker, generation)) variables[name] = value;
        return new Launch(
            new([.. command.Select(word => word.Expand(worker))]),
            new([.. variables.Select(variable => $"{variable.Key}={variable.Value}")]),
            service.Process.WorkingDirectory?.Expand(worker));
    }

    private static void AddOurs(Dictionary<string, string> variables, ServiceSpec service, string preload)
    {
        var reuseport = service.Process.Reuseport;
        variables["LD_PRELOAD"] = variables.TryGetValue("LD_PRELOAD", out var theirs) && theirs.Length > 0 ? $"{preload}:{theirs}" : preload;
        Set("LIBREUSEPORT_PORT", reuseport.Ports.IsAny ? null : reuseport.Ports.ToString());
        Set("LIBREUSEPORT_ADDR", reuseport.Addresses.Count == 0 ? null : string.Join(',', reuseport.Addresses));
        Set("LIBREUSEPORT_BACKLOG", reuseport.Backlog?.ToString(CultureInfo.InvariantCulture));
        Set("LIBREUSEPORT_DEBUG", reuseport.Debug ? "1" : null);
        Set("SO_REUSEPORT", Text(reuseport.ReusePort));
        Set("SO_REUSEADDR", Text(reuseport.ReuseAddress));
        Set("SO_BINDTODEVICE", reuseport.Interface);

        void Set(string name, string? value)
        {
            if (value is null) variables.Remove(name);
            else variables[name] = value;
        }
    }

    private static string Text(OptionSetting setting) => ((int)setting).ToString(CultureInfo.InvariantCulture);

    /// <summary>What login(1) would put into the environment of a user.</summary>
    private static void AddUser(Dictionary<string, string> variables, Account account)
    {
        if (account.Name is not null) variables["USER"] = variables["LOGNAME"] = account.Name;
        if (account.Home is not null) variables["HOME"] = account.Home;
        if (account.Shell is not null) variables["SHELL"] = account.Shell;
    }
}
