using System.Globalization;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Processes;

/// <summary>The arguments and environment of one process. Pure.</summary>
/// <param name="Environment">Entries of the form <c>NAME=value</c>.</param>
internal sealed record LaunchSpec(ValueList<string> Arguments, ValueList<string> Environment, string? WorkingDirectory)
{
    /// <summary>
    /// Names the file that the preload library may write its lines to. A worker's child can have another file at descriptor 2.
    /// </summary>
    public const string StderrVariable = "LIBREUSEPORT_STDERR";

    /// <summary>The number of variables that the daemon adds.</summary>
    private const int MostOwn = 20;

    /// <summary>Variables that the service manager sets for the daemon. Workers do not inherit them.</summary>
    private static readonly HashSet<string> DaemonOnly =
    [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
        "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "INVOCATION_ID", "RUNTIME_DIRECTORY", "MEMORY_PRESSURE_WATCH",
        "MEMORY_PRESSURE_WRITE", "REUSEPORTD_SOCKET",
    ];

    /// <summary>
    /// The part of the daemon's environment that workers inherit: name to entry, <c>NAME=value</c>. Made once, as it is the
    /// largest part of every environment.
    /// </summary>
    public static Dictionary<string, string> Inherited(IEnumerable<KeyValuePair<string, string>> own)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            if (DaemonOnly.Contains(name) || name.StartsWith("LIBREUSEPORT_", StringComparison.Ordinal)) continue;
            Set(entries, name, value);
        }

        return entries;
    }

    /// <param name="inherited">The result of <see cref="Inherited"/>.</param>
    /// <param name="fromFiles">Variables of the service's environment files, in order.</param>
    /// <param name="preload">Absolute path of the preload library; null to start without it.</param>
    /// <param name="account">The service's user; null if the service names none.</param>
    public static LaunchSpec ForWorker(
        ServiceSpec service,
        WorkerName worker,
        int generation,
        Dictionary<string, string> inherited,
        IEnumerable<KeyValuePair<string, string>> fromFiles,
        string? preload,
        Account? account)
    {
        var entries = BaseEnvironment(service, worker, inherited, fromFiles, account);
        if (preload is not null) AddDaemonVariables(entries, service, preload);
        return Create(service, worker, generation, service.Process.Command, entries);
    }

    /// <summary>A probe's command: as the worker, but without the preload library and with <c>REUSEPORT_PID</c>.</summary>
    /// <param name="pid">The worker's process, for <c>REUSEPORT_PID</c>.</param>
    public static LaunchSpec ForProbe(
        ServiceSpec service,
        WorkerName worker,
        int generation,
        int pid,
        ValueList<Template> command,
        Dictionary<string, string> inherited,
        IEnumerable<KeyValuePair<string, string>> fromFiles,
        Account? account)
    {
        var entries = BaseEnvironment(service, worker, inherited, fromFiles, account);
        Set(entries, "REUSEPORT_PID", pid.ToString(CultureInfo.InvariantCulture));
        return Create(service, worker, generation, command, entries);
    }

    public LaunchSpec With(string name, string value) => this with { Environment = [.. Environment, $"{name}={value}"] };

    /// <summary>The environment without the daemon's own variables.</summary>
    private static Dictionary<string, string> BaseEnvironment(
        ServiceSpec service,
        WorkerName worker,
        Dictionary<string, string> inherited,
        IEnumerable<KeyValuePair<string, string>> fromFiles,
        Account? account)
    {
        var variables = service.Process.Environment;
        // A dictionary that grows costs more than its entries.
        var entries = new Dictionary<string, string>(inherited.Count + variables.Count + MostOwn, inherited.Comparer);
        foreach (var (name, entry) in inherited) entries.Add(name, entry);
        if (account is not null) AddUser(entries, account);
        foreach (var (name, value) in fromFiles) Set(entries, name, value);
        foreach (var variable in variables) Set(entries, variable.Name, variable.Value.Expand(worker));
        return entries;
    }

    private static LaunchSpec Create(
        ServiceSpec service, WorkerName worker, int generation, ValueList<Template> command, Dictionary<string, string> entries)
    {
        Set(entries, "REUSEPORT_WORKERS", service.Workers.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in Marks.Variables(worker, generation)) Set(entries, name, value);
        return new LaunchSpec(
            new([.. command.Select(word => word.Expand(worker))]),
            new([.. entries.Values]),
            service.Process.WorkingDirectory?.Expand(worker));
    }

    private static void AddDaemonVariables(Dictionary<string, string> entries, ServiceSpec service, string preload)
    {
        const string loader = "LD_PRELOAD";
        var reuseport = service.Process.Reuseport;
        var theirs = entries.TryGetValue(loader, out var entry) ? entry[(loader.Length + 1)..] : "";
        Set(entries, loader, theirs.Length > 0 ? $"{preload}:{theirs}" : preload);
        Set(entries, "LIBREUSEPORT_PORT", reuseport.Ports.IsAny ? null : reuseport.Ports.ToString());
        Set(entries, "LIBREUSEPORT_ADDR", reuseport.Addresses.Count == 0 ? null : string.Join(',', reuseport.Addresses));
        Set(entries, "LIBREUSEPORT_BACKLOG", reuseport.Backlog?.ToString(CultureInfo.InvariantCulture));
        Set(entries, "LIBREUSEPORT_DEBUG", reuseport.Debug ? "1" : null);
        Set(entries, "SO_REUSEPORT", Text(reuseport.ReusePort));
        Set(entries, "SO_REUSEADDR", Text(reuseport.ReuseAddress));
        Set(entries, "SO_BINDTODEVICE", reuseport.Interface);
    }

    private static void Set(Dictionary<string, string> entries, string name, string? value)
    {
        if (value is null) entries.Remove(name);
        else entries[name] = $"{name}={value}";
    }

    private static string Text(OptionSetting setting) => ((int)setting).ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds the user variables that login(1) sets.</summary>
    private static void AddUser(Dictionary<string, string> entries, Account account)
    {
        if (account.Name is not null)
        {
            Set(entries, "USER", account.Name);
            Set(entries, "LOGNAME", account.Name);
        }

        if (account.Home is not null) Set(entries, "HOME", account.Home);
        if (account.Shell is not null) Set(entries, "SHELL", account.Shell);
    }
}
