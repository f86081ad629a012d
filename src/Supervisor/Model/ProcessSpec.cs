namespace Reuseportd.Model;

/// <summary>
/// All that a process of a service is started with. Two services whose process specs are equal run the same
/// process, so a change elsewhere in the service needs no restart.
/// </summary>
/// <param name="Command">Program and arguments; the program is searched in <c>PATH</c> unless it has a slash.</param>
/// <param name="Environment">Variables added to the daemon's own, in the order of the file.</param>
/// <param name="EnvironmentFiles">
/// Files of <c>NAME=value</c> lines, read again at every spawn; a path that begins with '-' may be missing.
/// </param>
/// <param name="Umask">File mode creation mask, or null for the daemon's.</param>
internal sealed record ProcessSpec(
    ValueList<Template> Command,
    ReuseportSpec Reuseport,
    ValueList<EnvironmentVariable> Environment,
    ValueList<string> EnvironmentFiles,
    Template? WorkingDirectory,
    string? User,
    string? Group,
    int? Umask,
    LimitsSpec Limits,
    OutputTarget Stdout,
    OutputTarget Stderr)
{
    public PrivilegesSpec Privileges { get; init; } = PrivilegesSpec.Default;
}

internal sealed record EnvironmentVariable(string Name, Template Value);

/// <summary>Where a worker's output stream goes.</summary>
internal abstract record OutputTarget
{
    private OutputTarget() { }

    /// <summary>Through the daemon's log, line by line.</summary>
    internal sealed record Journal : OutputTarget;

    internal sealed record Null : OutputTarget;

    /// <summary>The daemon's own stream.</summary>
    internal sealed record Inherit : OutputTarget;

    /// <summary>Appended to a file that is opened as the worker's user.</summary>
    internal sealed record File(string Path) : OutputTarget;
}
