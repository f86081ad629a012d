using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Api.Public;

/// <summary>A certificate with its key, from two PEM files. Changed files are read again. Thread-safe.</summary>
/// <param name="changed">Is told of changes of the files: null for a certificate in use, else the reason of the refusal.</param>
internal sealed class CertificateFiles(string certificate, string key, Action<string?>? changed = null)
{
    private SharedCall<SslStreamCertificateContext?>? _reading;
    private volatile Known? _known;
    private string? _refused;

    /// <summary>
    /// The certificate for a new connection, with those between it and its root. If changed files cannot be read, it is the
    /// former one: a renewal writes one file after the other.
    /// </summary>
    public Task<SslStreamCertificateContext?> PresentAsync() =>
        LazyInitializer.EnsureInitialized(ref _reading, () => new(Present)).AskAsync();

    /// <summary>Reads the files if they have changed.</summary>
    /// <param name="obstacle">The reason of a failure; null on success.</param>
    public bool TryRead(out string? obstacle)
    {
        obstacle = null;
        try
        {
            // The times do not show each change: a renewal may replace a folder by a link to another one.
            var text = (File.ReadAllText(certificate), File.ReadAllText(key));
            if (_known is { } known && known.Text == text) return true;
            // A connection may still use the former one, so the collector ends its life.
            _known = new Known(text, ContextFrom(text));
            return true;
        }
        // ArgumentException: the key of another certificate.
        catch (Exception failure)
            when (UnreadableFile.IsReason(failure) || failure is CryptographicException or ArgumentException)
        {
            obstacle = UnreadableFile.IsReason(failure)
                ? UnreadableFile.NameOf(failure)
                : "the files have no certificate with its key";
            return false;
        }
    }

    /// <summary>Connections that come together share one call.</summary>
    private SslStreamCertificateContext? Present()
    {
        var former = _known;
        _ = TryRead(out var obstacle);
        if (obstacle != _refused || (obstacle is null && former is not null && _known != former)) changed?.Invoke(obstacle);
        _refused = obstacle;
        return _known?.Context;
    }

    private static SslStreamCertificateContext ContextFrom((string Certificate, string Key) text)
    {
        var own = X509Certificate2.CreateFromPem(text.Certificate, text.Key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text.Certificate);
        // Offline: a handshake must not wait for servers that the certificate names.
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private sealed record Known((string Certificate, string Key) Text, SslStreamCertificateContext Context);
}
