namespace Reuseportd.Runtime.Probing;

/// <summary>The purpose of a probe.</summary>
internal enum ProbeKind
{
    Readiness,
    Liveness,
}
