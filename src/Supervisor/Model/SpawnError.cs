namespace Reuseportd.Model;

/// <summary>The step before exec that failed, what it was given, and why: <c>setrlimit nofile=1048576: EPERM</c>.</summary>
internal sealed record SpawnError(string Step, string Value, Errno Errno)
{
    public override string ToString() => Value.Length == 0 ? $"{Step}: {Errno}" : $"{Step} {Value}: {Errno}";
}
