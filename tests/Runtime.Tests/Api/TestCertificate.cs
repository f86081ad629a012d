using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Reuseportd.Api.Public;

namespace Runtime.Tests.Api;

/// <summary>Certificates that sign themselves.</summary>
internal static class TestCertificate
{
    /// <summary>Writes NAME/cert.pem and NAME/key.pem.</summary>
    public static CertificateFiles Write(TemporaryFolder folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UnixEpoch.AddYears(60);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(now, now.AddDays(1));
        var (chain, secret) = ($"{name}/cert.pem", $"{name}/key.pem");
        folder.Write(chain, made.ExportCertificatePem());
        folder.Write(secret, key.ExportPkcs8PrivateKeyPem());
        return new CertificateFiles(folder[chain], folder[secret]);
    }
}
