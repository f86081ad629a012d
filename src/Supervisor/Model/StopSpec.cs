namespace Reuseportd.Model;

/// <summary>
/// The stop of a process: <paramref name="Signal"/>, then SIGKILL to the process tree after <paramref name="GracePeriod"/>.
/// </summary>
internal sealed record StopSpec(Signal Signal, TimeSpan GracePeriod)
{
    public static readonly StopSpec Default = new(Model.Signal.Term, TimeSpan.FromSeconds(10));
}
