namespace Reuseportd.Api.Contract;

/// <summary>The default path of the control socket, for the daemon and the client.</summary>
internal static class SocketPath
{
    public const string System = "/run/reuseportd/control.sock";

    private const string Name = "control.sock";

    /// <param name="user">The effective user id.</param>
    /// <param name="variable">The value of an environment variable.</param>
    public static string Default(uint user, Func<string, string?> variable)
    {
        if (user == 0) return System;
        return variable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
            ? Path.Combine(runtime, "reuseportd", Name)
            : Path.Combine(SharedPlace(user), Name);
    }

    /// <summary>
    /// A private directory in a place that every user can write. It is valid only if the user owns it and no other user may enter
    /// it. TMPDIR does not count: it may differ between the daemon and the client.
    /// </summary>
    public static string SharedPlace(uint user) => $"/tmp/reuseportd-{user}";
}
