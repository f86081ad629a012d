namespace Reuseportd.Control.Import.Files;

/// <summary>What went wrong with a file. The client has no texts of the runtime.</summary>
internal static class FileProblem
{
    public static bool IsOne(Exception error) =>
        error is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException;

    public static string Words(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "no permission",
        InvalidDataException => error.Message,
        ArgumentException => "no path",
        _ => "an error of the file system",
    };
}
