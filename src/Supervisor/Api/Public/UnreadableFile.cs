namespace Reuseportd.Api.Public;

/// <summary>The reason why a file cannot be read. The binary does not have the framework's error texts.</summary>
internal static class UnreadableFile
{
    public static bool IsReason(Exception failure) => failure is IOException or UnauthorizedAccessException;

    public static string NameOf(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "ENOENT",
        UnauthorizedAccessException => "EACCES",
        _ => "EIO",
    };
}
