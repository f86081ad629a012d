using System.Text;

namespace Reuseportd.Api.Public;

/// <summary>
/// The token that requests must have. Each request reads the file: its time does not show each change. Thread-safe.
/// </summary>
internal sealed class TokenFile(string path)
{
    private const int Longest = 4096;

    /// <summary>The token; null if the file cannot be read, or has none: then no request is permitted.</summary>
    public byte[]? Read()
    {
        try
        {
            var text = ReadText();
            return text.Length is 0 or > Longest ? null : Encoding.UTF8.GetBytes(text);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string ReadText()
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Longest + 1];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes.AsSpan(0, count)).Trim();
    }
}
