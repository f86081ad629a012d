using System.Security.Cryptography;
using System.Text;

namespace Reuseportd.Api.Public;

/// <summary>The token that requests must have. The file is read again when it has changed. Thread-safe.</summary>
internal sealed class TokenFile(string path)
{
    private const int Longest = 4096;

    private volatile Known? _known;

    /// <summary>SHA-256 of the token; null if the file cannot be read, or has none: then no request is permitted.</summary>
    public byte[]? Hash()
    {
        try
        {
            var changed = File.GetLastWriteTimeUtc(path);
            if (_known is { } known && known.Changed == changed) return known.Hash;
            var text = Read();
            var hash = text.Length is 0 or > Longest ? null : SHA256.HashData(Encoding.UTF8.GetBytes(text));
            _known = new Known(changed, hash);
            return hash;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string Read()
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Longest + 1];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes.AsSpan(0, count)).Trim();
    }

    private sealed record Known(DateTime Changed, byte[]? Hash);
}
