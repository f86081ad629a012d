namespace Reuseportd.Linux.Files;

/// <summary>Reads small files of /proc and /sys.</summary>
internal static class KernelText
{
    /// <returns>The trimmed text; null if the file does not exist or access is denied.</returns>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
