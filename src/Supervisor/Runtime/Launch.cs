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
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in inherited)
            if (!DaemonOnly.Contains(name) && !name.StartsWith("LIBREUSEPORT_", StringComparison.Ordinal)) variables[name] = value;
        if (account is not null) AddUser(variables, account);
        foreach (var (name, value) in fromFiles) variables[name] = value;
        foreach (var variable in service.Process.Environment) variables[variable.Name] = variable.Value.Expand(worker);

        AddOurs(variables, service, worker, preload);
        foreach (var (name, value) in Marks.Variables(worker, generation)) variables[name] = value;
        return new Launch(
            new([.. service.Process.Command.Select(word => word.Expand(worker))]),
            new([.. variables.Select(variable => $"{variable.Key}={variable.Value}")]),
            service.Process.WorkingDirectory?.Expand(worker));
    }

    private static void AddOurs(Dictionary<string, string> variables, ServiceSpec service, WorkerName worker, string preload)
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
        Set("REUSEPORT_WORKERS", service.Workers.ToString(CultureInfo.InvariantCulture));

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
