namespace Reuseportd.Api.Contract;

/// <summary>Where the control socket is, unless somebody says otherwise: one rule for both ends.</summary>
internal static class SocketPath
{
    public const string System = "/run/reuseportd/control.sock";

    private const string Name = "control.sock";

    /// <param name="user">The effective user; root's is the system's socket.</param>
    /// <param name="variable">A variable of the environment.</param>
    public static string Default(uint user, Func<string, string?> variable)
    {
        if (user == 0) return System;
        return variable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
            ? Path.Combine(runtime, "reuseportd", Name)
            : Path.Combine(SharedPlace(user), Name);
    }

    /// <summary>
    /// A directory of the user's own in a place where everybody may make one: it counts only where the user owns it, and nobody
    /// else may enter. Not by TMPDIR, which need not be the same at both ends.
    /// </summary>
    public static string SharedPlace(uint user) => $"/tmp/reuseportd-{user}";
}
