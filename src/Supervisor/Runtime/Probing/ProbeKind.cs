namespace Reuseportd.Runtime.Probing;

/// <summary>What a probe is for.</summary>
internal enum ProbeKind
{
    Readiness,
    Liveness,
}
