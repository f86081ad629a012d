using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Reuseportd.Api.Public;

/// <summary>A certificate with its key, from two PEM files. Changed files are read again. Thread-safe.</summary>
internal sealed class CertificateFiles(string certificate, string key)
{
    private volatile Known? _known;

    /// <summary>
    /// The certificate for a new connection. If changed files cannot be read, it is the former one: a renewal writes one file
    /// after the other.
    /// </summary>
    public X509Certificate2? Present()
    {
        _ = TryRead(out _);
        return _known?.Certificate;
    }

    /// <summary>Reads the files if they have changed.</summary>
    /// <param name="obstacle">The reason of a failure; null on success.</param>
    public bool TryRead(out string? obstacle)
    {
        obstacle = null;
        try
        {
            var changed = (File.GetLastWriteTimeUtc(certificate), File.GetLastWriteTimeUtc(key));
            if (_known is { } known && known.Changed == changed) return true;
            // A connection may still use the former one, so the collector ends its life.
            _known = new Known(changed, X509Certificate2.CreateFromPemFile(certificate, key));
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // The binary does not have the framework's error texts.
            obstacle = failure switch
            {
                FileNotFoundException or DirectoryNotFoundException => "ENOENT",
                UnauthorizedAccessException => "EACCES",
                CryptographicException => "the files have no certificate with its key",
                _ => "EIO",
            };
            return false;
        }
    }

    private sealed record Known((DateTime Certificate, DateTime Key) Changed, X509Certificate2 Certificate);
}
