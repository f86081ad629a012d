using Reuseportd.Api.Public;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Api;

/// <summary>Certificates that are renewed.</summary>
public sealed class CertificateFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string?> _told = [];

    /// <summary>As Kubernetes renews a secret: the files are links into a folder, which is a link to a newer folder.</summary>
    [Fact]
    public void Present_FolderIsReplacedByALink_IsTheNewCertificate()
    {
        Write("first");
        Write("second");
        Link("first");
        foreach (var name in (string[])["cert.pem", "key.pem"])
            File.CreateSymbolicLink(_folder[name], $"data/{name}");
        var files = new CertificateFiles(_folder["cert.pem"], _folder["key.pem"], _told.Add);
        Assert.True(files.TryRead(out _));
        Assert.Equal("CN=first", Subject(files));
        Link("second");
        Assert.Equal("CN=second", Subject(files));
        Assert.Null(Assert.Single(_told));
    }

    [Fact]
    public void Present_RenewalFailsAndSucceeds_TellsEachOnce()
    {
        Write("first");
        var files = new CertificateFiles(_folder["first/cert.pem"], _folder["first/key.pem"], _told.Add);
        Assert.True(files.TryRead(out _));
        var good = File.ReadAllText(_folder["first/cert.pem"]);
        File.WriteAllText(_folder["first/cert.pem"], "garbage");
        for (var connection = 0; connection < 3; connection++) Assert.Equal("CN=first", Subject(files));
        Assert.Single(_told, reason => reason is not null);
        File.WriteAllText(_folder["first/cert.pem"], good);
        for (var connection = 0; connection < 3; connection++) Assert.Equal("CN=first", Subject(files));
        Assert.Equal(2, _told.Count);
        Assert.Null(_told[^1]);
    }

    public void Dispose() => _folder.Dispose();

    private static string Subject(CertificateFiles files) =>
        Deadline.Await(files.PresentAsync(), "the certificate")!.TargetCertificate.Subject;

    private void Link(string target)
    {
        File.Delete(_folder["data"]);
        File.CreateSymbolicLink(_folder["data"], target);
    }

    private void Write(string name) => TestCertificate.Write(_folder, name);
}
