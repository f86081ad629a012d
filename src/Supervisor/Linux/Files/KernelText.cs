namespace Reuseportd.Linux.Files;

/// <summary>Small files of the kernel's file systems, in /proc and /sys.</summary>
internal static class KernelText
{
    /// <returns>Without blanks at its ends; null when the file is not there, or may not be read.</returns>
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
