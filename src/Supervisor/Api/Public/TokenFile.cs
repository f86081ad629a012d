using System.Text;

namespace Reuseportd.Api.Public;

/// <summary>The token that requests must have. The file is read again when it has changed. Thread-safe.</summary>
internal sealed class TokenFile(string path)
{
    private const int Longest = 4096;

    private volatile Known? _known;

    /// <summary>The token; null if the file cannot be read, or has none: then no request is permitted.</summary>
    public byte[]? Read()
    {
        try
        {
            var changed = File.GetLastWriteTimeUtc(path);
            if (_known is { } known && known.Changed == changed) return known.Token;
            var text = ReadText();
            var token = text.Length is 0 or > Longest ? null : Encoding.UTF8.GetBytes(text);
            _known = new Known(changed, token);
            return token;
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

    private sealed record Known(DateTime Changed, byte[]? Token);
}
