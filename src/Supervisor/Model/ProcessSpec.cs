namespace Reuseportd.Model;

/// <summary>
/// Everything that a process of a service is started with. A change of the service that leaves its process spec equal needs no
/// restart.
/// </summary>
/// <param name="Command">Program and arguments; a program without a slash is searched in <c>PATH</c>.</param>
/// <param name="Environment">Variables that are added to the daemon's environment, in the order of the file.</param>
/// <param name="EnvironmentFiles">
/// Files of <c>NAME=value</c> lines, read at every spawn; a file whose path begins with '-' may be missing.
/// </param>
/// <param name="Umask">File mode creation mask; null for the daemon's.</param>
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

/// <summary>The destination of a worker's output stream.</summary>
internal abstract record OutputTarget
{
    private OutputTarget() { }

    /// <summary>True if the worker's stream is a pipe that the daemon reads.</summary>
    public bool IsPipe => this is Journal or File;

    /// <summary>The daemon's log, line by line.</summary>
    internal sealed record Journal : OutputTarget;

    internal sealed record Null : OutputTarget;

    /// <summary>The daemon's own stream.</summary>
    internal sealed record Inherit : OutputTarget;

    /// <summary>A file, opened for append as the worker's user.</summary>
    internal sealed record File(string Path) : OutputTarget;
}
