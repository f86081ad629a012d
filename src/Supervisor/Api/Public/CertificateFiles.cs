using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Reuseportd.Api.Public;

/// <summary>A certificate with its key, from two PEM files. Changed files are read again. Thread-safe.</summary>
/// <param name="changed">Is told of changes of the files: null for a certificate in use, else the reason of the refusal.</param>
internal sealed class CertificateFiles(string certificate, string key, Action<string?>? changed = null)
{
    private readonly Lock _reading = new();
    private volatile Known? _known;
    private string? _refused;

    /// <summary>
    /// The certificate for a new connection, with those between it and its root. If changed files cannot be read, it is the
    /// former one: a renewal writes one file after the other.
    /// </summary>
    public SslStreamCertificateContext? Present()
    {
        lock (_reading)
        {
            var former = _known;
            _ = TryRead(out var obstacle);
            var isChanged = obstacle is null
                ? _known != former && (former ?? (object?)_refused) is not null
                : obstacle != _refused;
            if (isChanged) changed?.Invoke(obstacle);
            _refused = obstacle;
            return _known?.Context;
        }
    }

    /// <summary>Reads the files if they have changed.</summary>
    /// <param name="obstacle">The reason of a failure; null on success.</param>
    public bool TryRead(out string? obstacle)
    {
        obstacle = null;
        try
        {
            var written = (File.GetLastWriteTimeUtc(certificate), File.GetLastWriteTimeUtc(key));
            if (_known is { } known && known.Written == written) return true;
            // A connection may still use the former one, so the collector ends its life.
            _known = new Known(written, Read());
            return true;
        }
        // ArgumentException: the key of another certificate.
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException
                                            or ArgumentException)
        {
            // The binary does not have the framework's error texts.
            obstacle = failure switch
            {
                FileNotFoundException or DirectoryNotFoundException => "ENOENT",
                UnauthorizedAccessException => "EACCES",
                CryptographicException or ArgumentException => "the files have no certificate with its key",
                _ => "EIO",
            };
            return false;
        }
    }

    private SslStreamCertificateContext Read()
    {
        var own = X509Certificate2.CreateFromPemFile(certificate, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        // Offline: a handshake must not wait for servers that the certificate names.
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private sealed record Known((DateTime Certificate, DateTime Key) Written, SslStreamCertificateContext Context);
}
