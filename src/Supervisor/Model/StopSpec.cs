namespace Reuseportd.Model;

/// <summary>
/// How a process is ended: <paramref name="Signal"/>, then SIGKILL to its whole tree after <paramref name="GracePeriod"/>.
/// </summary>
internal sealed record StopSpec(Signal Signal, TimeSpan GracePeriod)
{
    public static readonly StopSpec Default = new(Model.Signal.Term, TimeSpan.FromSeconds(10));
}
