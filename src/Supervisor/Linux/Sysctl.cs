namespace Reuseportd.Linux;

/// <summary>Kernel parameters, of this network namespace where they are per namespace (sysctl(8)).</summary>
internal static class Sysctl
{
    /// <param name="name">With dots: <c>net.ipv4.tcp_migrate_req</c>.</param>
    /// <returns>Null when this kernel does not have it, or it may not be read.</returns>
    public static string? Read(string name)
    {
        try
        {
            return File.ReadAllText($"/proc/sys/{name.Replace('.', '/')}").Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
