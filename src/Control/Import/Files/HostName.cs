namespace Reuseportd.Control.Import.Files;

/// <summary>The whole name of this host, as of uname(2): the runtime's own name ends at the first dot.</summary>
internal static class HostName
{
    public static string Read()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/hostname").Trim();
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            return Environment.MachineName;
        }
    }
}
