namespace Reuseportd.Runtime.Handover;

/// <summary>A TCP port of the daemon's own.</summary>
/// <param name="Address">With the port: <c>127.0.0.1:9181</c>.</param>
internal sealed record SavedListener(string Address, int Number);
