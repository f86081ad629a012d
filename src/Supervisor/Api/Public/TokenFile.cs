using System.Text;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Api.Public;

/// <summary>
/// The token that requests must have. The file is read for each request, as its time does not show each change. Requests that
/// come together share one read. Thread-safe.
/// </summary>
/// <param name="changed">Is told the reason when the token cannot be read any more, and null when it can again.</param>
internal sealed class TokenFile(string path, Action<string?>? changed = null)
{
    private const int Longest = 4096;

    private SharedCall<byte[]?>? _reading;
    private string? _obstacle;

    /// <summary>True if each user of the host can read the token.</summary>
    public bool IsOpen
    {
        get
        {
            try
            {
                return File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead);
            }
            catch (Exception failure) when (UnreadableFile.IsReason(failure))
            {
                return false;
            }
        }
    }

    /// <summary>The token; null if it cannot be read: then no request is permitted.</summary>
    public byte[]? Read()
    {
        var token = TryRead(out var obstacle);
        if (Interlocked.Exchange(ref _obstacle, obstacle) != obstacle) changed?.Invoke(obstacle);
        return token;
    }

    /// <summary>The same on another thread: the file's disk may not answer.</summary>
    public Task<byte[]?> ReadAsync() => LazyInitializer.EnsureInitialized(ref _reading, () => new(Read)).AskAsync();

    /// <param name="obstacle">The reason of a failure; null on success.</param>
    public byte[]? TryRead(out string? obstacle)
    {
        try
        {
            var text = ReadText();
            obstacle = text.Length switch
            {
                0 => "the file has no token",
                > Longest => "the token is longer than 4096 bytes",
                _ => null,
            };
            return obstacle is null ? Encoding.UTF8.GetBytes(text) : null;
        }
        catch (Exception failure) when (UnreadableFile.IsReason(failure))
        {
            obstacle = UnreadableFile.NameOf(failure);
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
